import type { Edge, EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { labelLinePx } from './layout-input.ts';
import { roundedPath } from './rounded-path.ts';

export interface ArrowEdgeData extends Record<string, unknown> {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly labels: readonly { readonly text: string; readonly x: number; readonly y: number }[];
  readonly isTaken: boolean;
  readonly step: number;
}

const headPx = 7;

export const ArrowEdge = memo(function ArrowEdge({ id, data }: EdgeProps<Edge<ArrowEdgeData>>) {
  if (!data) return null;
  const { points, labels, isTaken, step } = data;
  const path = roundedPath(points);
  return (
    <g className={isTaken ? 'arrow taken' : 'arrow'} data-arrow={id} data-taken={isTaken}>
      <path className="arrow-line" d={path} />
      {/* Drawn anew with each step, so that its movement begins again. */}
      {isTaken && <path key={step} className="arrow-flow" d={path} pathLength={100} />}
      <path className="arrow-head" d={headOf(points)} />
      {labels.map(({ text, x, y }) => (
        <text key={text} className="arrow-label" x={x} y={y + labelLinePx - 4}>
          {text}
        </text>
      ))}
    </g>
  );
});

function headOf(points: ArrowEdgeData['points']): string {
  const end = points.at(-1);
  const before = points.at(-2);
  if (!end || !before) return '';
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const corner = (turn: number): string =>
    `${end.x - headPx * Math.cos(angle + turn)} ${end.y - headPx * Math.sin(angle + turn)}`;
  return `M${end.x} ${end.y}L${corner(0.45)}L${corner(-0.45)}Z`;
}
