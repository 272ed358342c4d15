import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { LayoutNode } from './layout-input.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedState extends Point {
  readonly id: string;
  readonly parent: string | undefined;
  readonly width: number;
  readonly height: number;
  /** From the corner of the chart. */
  readonly corner: Point;
}

export interface PlacedArrow {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** From the corner of the chart, at least two. */
  readonly points: readonly Point[];
  readonly labels: readonly (Point & { readonly text: string })[];
}

export interface Layout {
  readonly states: readonly PlacedState[];
  readonly arrows: readonly PlacedArrow[];
}

/** The engine writes into what it is given. */
export function mutable(input: LayoutNode): ElkNode {
  return structuredClone(input) as ElkNode;
}

/** What the engine returned, as far as it is drawn. */
export function placed(root: ElkNode): Layout {
  return { states: statesIn(root, undefined, { x: 0, y: 0 }), arrows: (root.edges ?? []).map(arrowOf) };
}

function statesIn(
  node: ElkNode,
  parent: string | undefined,
  { x: left, y: top }: Point,
): readonly PlacedState[] {
  return (node.children ?? []).flatMap((child) => {
    const { id, x = 0, y = 0, width = 0, height = 0 } = child;
    const corner = { x: left + x, y: top + y };
    return [{ id, parent, x, y, width, height, corner }, ...statesIn(child, id, corner)];
  });
}

function arrowOf({ id, sources, targets, sections = [], labels = [] }: ElkExtendedEdge): PlacedArrow {
  return {
    id,
    source: sources[0] ?? '',
    target: targets[0] ?? '',
    points: sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
      startPoint,
      ...bendPoints,
      endPoint,
    ]),
    labels: labels.map(({ text = '', x = 0, y = 0 }) => ({ text, x, y })),
  };
}
