import { expect, test } from 'vitest';
import { cyclesOf } from './cycles.ts';

const graph = (edges: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(edges).map(([path, targets]) => ({
    path,
    imports: targets.map((target) => ({
      specifier: target,
      target,
      isRelative: true,
      isTypeOnly: false,
      isReExport: false,
    })),
  }));

test.each([
  { title: 'a tree has none', edges: { a: ['b', 'c'], b: ['c'], c: [] }, cycles: [] },
  { title: 'a module that imports itself is one', edges: { a: ['a'] }, cycles: [['a']] },
  {
    title: 'a ring behind an entry is one',
    edges: { a: ['b'], b: ['c'], c: ['d'], d: ['b'] },
    cycles: [['b', 'c', 'd']],
  },
  {
    title: 'two rings that only touch are two',
    edges: { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] },
    cycles: [
      ['c', 'd'],
      ['a', 'b'],
    ],
  },
  { title: 'packages outside are no part', edges: { a: ['xstate'] }, cycles: [] },
])('$title', ({ edges, cycles }) => {
  expect(cyclesOf(graph(edges))).toEqual(cycles);
});
