import type { Chart, ChartState, ChartTransition } from '../../wire/machines.ts';

/** What the layout engine is given, in ELK's own terms (its JSON format). */
export interface LayoutNode {
  readonly id: string;
  readonly width?: number;
  readonly height?: number;
  readonly children?: readonly LayoutNode[];
  readonly edges?: readonly LayoutEdge[];
  readonly layoutOptions?: Readonly<Record<string, string>>;
}

export interface LayoutEdge {
  readonly id: string;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly labels: readonly { readonly text: string; readonly width: number; readonly height: number }[];
}

/** All transitions from one state to another: one arrow, a line of text for each. */
export interface Arrow {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly transitions: readonly ChartTransition[];
}

/** Widths of characters in the fonts the chart is drawn with, on average and rather too large: pixels. */
const stateCharPx = 8.6;
const smallCharPx = 6.6;
const finalMarkPx = 40;
export const titlePx = 32;
export const noteLinePx = 15;
export const labelLinePx = 14;
const sidePx = 28;
/** Before the name of the state a machine is in. */
const hereMarkPx = 14;
const minWidthPx = 96;

/** Which arrows a chart has. What stays in its state, or goes back to the very same, is a note of that state instead. */
export function arrowsOf({ states }: Chart): readonly Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const { id: source, transitions } of states) {
    for (const transition of transitions) {
      for (const target of transition.targets) {
        if (target === source) continue;
        const id = `${source}→${target}`;
        const before = arrows.get(id)?.transitions ?? [];
        arrows.set(id, { id, source, target, transitions: [...before, transition] });
      }
    }
  }
  return [...arrows.values()];
}

/** What is written inside a state: whom it invokes, and what it takes without leaving. */
export function notesOf({ id, invokes, transitions }: ChartState): readonly string[] {
  const stays = transitions.filter(({ targets }) => targets.length === 0 || targets.includes(id));
  return [
    ...invokes.map((actor) => `runs ${actor}`),
    ...stays.map(({ label, targets }) => (targets.length > 0 ? `${label} ↻` : label)),
  ];
}

export function layoutInput(chart: Chart): LayoutNode {
  const inside = Map.groupBy(chart.states, ({ parent }) => parent);
  const node = (state: ChartState): LayoutNode => {
    const children = inside.get(state.id) ?? [];
    const notes = notesOf(state);
    const headPx = titlePx + notes.length * noteLinePx + (notes.length > 0 ? 6 : 0);
    const width = Math.max(
      minWidthPx,
      sidePx + hereMarkPx + state.key.length * stateCharPx + (state.type === 'final' ? finalMarkPx : 0),
      ...notes.map((note) => sidePx + note.length * smallCharPx),
    );
    if (children.length === 0) return { id: state.id, width, height: headPx };
    return {
      id: state.id,
      children: children.map(node),
      layoutOptions: {
        'elk.padding': `[top=${headPx + 12},left=18,bottom=18,right=18]`,
        'elk.nodeSize.constraints': 'MINIMUM_SIZE',
        'elk.nodeSize.minimum': `(${width}, ${headPx})`,
      },
    };
  };
  return {
    id: 'chart',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'DOWN',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.json.edgeCoords': 'ROOT',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.layered.spacing.nodeNodeBetweenLayers': '36',
      'elk.layered.spacing.edgeNodeBetweenLayers': '16',
      'elk.spacing.nodeNode': '28',
      'elk.spacing.edgeLabel': '4',
      'elk.edgeLabels.inline': 'false',
    },
    children: (inside.get(undefined) ?? []).map(node),
    edges: arrowsOf(chart).map(({ id, source, target, transitions }) => ({
      id,
      sources: [source],
      targets: [target],
      labels: transitions.map(({ label }) => ({
        text: label,
        width: 8 + label.length * smallCharPx,
        height: labelLinePx,
      })),
    })),
  };
}
