import type { Edge, EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { arrowHead } from './arrow-head.ts';
import { labelLinePx } from './layout-input.ts';
import { roundedPath } from './rounded-path.ts';

export interface ArrowEdgeData extends Record<string, unknown> {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly labels: readonly { readonly text: string; readonly x: number; readonly y: number }[];
  readonly isTaken: boolean;
  readonly step: number;
}

export const ArrowEdge = memo(function ArrowEdge({ id, data }: EdgeProps<Edge<ArrowEdgeData>>) {
  if (!data) return null;
  const { points, labels, isTaken, step } = data;
  const path = roundedPath(points);
  return (
    <g className={isTaken ? 'arrow taken' : 'arrow'} data-arrow={id} data-taken={isTaken}>
      <path className="arrow-line" d={path} />
      {/* Drawn anew with each step, so that its movement begins again. */}
      {isTaken && <path key={step} className="arrow-flow" d={path} pathLength={100} />}
      <path className="arrow-head" d={arrowHead(points)} />
      {labels.map(({ text, x, y }) => (
        <text key={text} className="arrow-label" x={x} y={y + labelLinePx - 4}>
          {text}
        </text>
      ))}
    </g>
  );
});
