import { describe, expect, test } from 'vitest';
import {
  arrowsOf,
  type LayoutNode,
  layoutInput,
  notesOf,
} from '../../../src/dashboard/chart/layout-input.ts';
import { toStatechart } from '../../../src/inspect/statechart.ts';
import { machines } from '../../../src/machines.ts';
import type { Chart } from '../../../src/wire/machines.ts';

const transition = (event: string, ...targets: readonly string[]) => ({
  event,
  label: event,
  targets,
  actions: [],
});
const small: Chart = {
  name: 'door',
  states: [
    {
      id: 'door',
      key: 'door',
      type: 'compound',
      initial: 'door.shut',
      invokes: [],
      transitions: [transition('burn')],
    },
    {
      id: 'door.shut',
      key: 'shut',
      parent: 'door',
      type: 'atomic',
      invokes: ['lock'],
      transitions: [
        transition('open', 'door.open'),
        transition('kick', 'door.open'),
        transition('knock', 'door.shut'),
      ],
    },
    { id: 'door.open', key: 'open', parent: 'door', type: 'final', invokes: [], transitions: [] },
  ],
};

test('transitions with the same ends are one arrow', () => {
  expect(arrowsOf(small).map(({ id, transitions }) => [id, transitions.map(({ label }) => label)])).toEqual([
    ['door.shut→door.open', ['open', 'kick']],
  ]);
});

test('what stays in a state is written in it', () => {
  expect(small.states.map(notesOf)).toEqual([['burn'], ['runs lock', 'knock ↻'], []]);
});

test('a state has room for what is written in it', () => {
  const [door] = layoutInput(small).children ?? [];
  const [shut, open] = door?.children ?? [];
  expect(shut?.height).toBeGreaterThan(open?.height ?? 0);
});

describe.each(machines())('of the machine $name', ({ name, machine }) => {
  const chart = toStatechart(name, machine);
  const input = layoutInput(chart);

  test('every state is laid out, in its parent', () => {
    const seen = new Map<string, string | undefined>();
    const walk = (node: LayoutNode, parent: string | undefined): void => {
      for (const child of node.children ?? []) {
        seen.set(child.id, parent);
        walk(child, child.id);
      }
    };
    walk(input, undefined);
    expect([...seen]).toEqual(chart.states.map(({ id, parent }) => [id, parent]));
  });

  test('every transition is an arrow or a note', () => {
    const drawn = (input.edges ?? []).flatMap(({ labels }) => labels).length;
    const noted = chart.states.flatMap((state) => notesOf(state).slice(state.invokes.length)).length;
    const all = chart.states.flatMap(({ transitions }) =>
      transitions.map(({ targets }) => Math.max(1, targets.length)),
    );
    expect(drawn + noted).toBe(all.reduce((sum, one) => sum + one, 0));
  });
});
