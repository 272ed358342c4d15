import { expect, test } from 'vitest';
import type { Step } from '../../../src/dashboard/plugin/history.ts';
import { stepAfter } from '../../../src/dashboard/plugin/pace.ts';

const steps = (count: number): readonly Step[] =>
  Array.from({ length: count }, (_, key) => ({
    ...{ key, actor: 'x:1', time: key, event: 'some.event', before: [], states: [] },
  }));

test.each([
  ['nothing is shown before there is a step', 0, undefined, undefined],
  ['at first the newest is shown', 3, undefined, { key: 2, stayMs: 80 }],
  ['then each in its turn', 3, 0, { key: 1, stayMs: 80 }],
  ['until the newest is reached', 3, 1, { key: 2, stayMs: 80 }],
  ['faster when many wait', 10, 0, { key: 1, stayMs: 40 }],
  ['those too far behind are left out', 100, 2, { key: 75, stayMs: 16 }],
  ['and one that is no longer kept leads to the newest', 3, 77, { key: 2, stayMs: 80 }],
])('%s', (_, count, shown, next) => {
  expect(stepAfter(steps(count), shown)).toEqual(next);
});
