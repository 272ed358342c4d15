import { expect, test } from 'vitest';
import type { Step } from '../../../src/dashboard/plugin/history.ts';
import { stepAfter } from '../../../src/dashboard/plugin/pace.ts';

const steps = (...keys: readonly number[]): readonly Step[] =>
  keys.map((key) => ({ key, actor: 'x:1', time: key, event: 'some.event', before: [], states: [] }));

test.each([
  ['nothing is shown before there is a step', steps(), undefined, undefined],
  ['at first the newest is shown', steps(1, 2, 3), undefined, 3],
  ['then each in its turn', steps(1, 2, 3), 1, 2],
  ['until the newest is reached', steps(1, 2, 3), 3, 3],
  ['those too far behind are left out', steps(...Array(20).keys()), 2, 11],
  ['and what is no longer there leads to the newest', steps(5, 6), 4, 6],
])('%s', (_, known, shown, next) => {
  expect(stepAfter(known, shown)).toBe(next);
});
