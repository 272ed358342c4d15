import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import type { Chart } from '../../wire/machines.ts';
import { type LayoutNode, layoutInput } from './layout-input.ts';

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

const layouts = new Map<string, Promise<Layout>>();
let engine: InstanceType<typeof ELK> | undefined;

/** Where the states and arrows of a chart go. Computed in a worker, once for each machine: a chart does not change while its runtime lives. */
export function layoutOf(chart: Chart): Promise<Layout> {
  const key = JSON.stringify(chart);
  const known = layouts.get(key);
  if (known !== undefined) return known;
  engine ??= new ELK({ workerFactory: () => new Worker(workerUrl) });
  const layout = engine.layout(mutable(layoutInput(chart))).then(placed);
  layouts.set(key, layout);
  return layout;
}

/** The engine writes into what it is given. */
function mutable(input: LayoutNode): ElkNode {
  return structuredClone(input) as ElkNode;
}

function placed(root: ElkNode): Layout {
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
