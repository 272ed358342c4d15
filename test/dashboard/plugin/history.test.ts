import { expect, test } from 'vitest';
import { litAt, placeText, stepsOf } from '../../../src/dashboard/plugin/history.ts';
import type { Chart, TransitionReport } from '../../../src/wire/machines.ts';

const chart: Chart = { name: 'plugin', states: [] };
const row = (
  key: number,
  actor: string,
  states: readonly string[],
  status: TransitionReport['status'] = 'active',
) => ({
  key,
  row: { actor, id: 'x', machine: 'plugin', states: [...states], status, event: 'e', time: key },
});
const idle = ['plugin', 'plugin.Ready', 'plugin.Ready.idle'];
const busy = ['plugin', 'plugin.Ready', 'plugin.Ready.busy'];
const backoff = ['plugin', 'plugin.Error', 'plugin.Error.backoff'];

test('a step knows the place before it', () => {
  expect(
    stepsOf([row(1, 'a', idle), row(2, 'a', backoff)], 'plugin').map(({ before, states }) => [
      before,
      states,
    ]),
  ).toEqual([
    [undefined, idle],
    [idle, backoff],
  ]);
});

test('of several actors of one machine the newest that lives is told', () => {
  const rows = [row(1, 'old', idle), row(2, 'new', busy), row(3, 'old', backoff, 'done')];
  expect(stepsOf(rows, 'plugin').map(({ key }) => key)).toEqual([2]);
});

const [step] = stepsOf([row(1, 'a', idle)], 'plugin');
const reading = { actor: 'a', id: 'x', machine: 'plugin', status: 'active' } as const;

test.each([
  { title: 'busy is read from the actor', states: busy, lit: busy },
  { title: 'an older reading does not undo a step', states: backoff, lit: idle },
])('$title', ({ states, lit }) => {
  expect(litAt(chart, step, [{ ...reading, states: [...states] }]).states).toEqual(lit);
});

test('without any step the reading counts', () => {
  expect(litAt(chart, undefined, [{ ...reading, states: [...busy] }]).states).toEqual(busy);
});

test('a place is told without the name of the machine', () => {
  expect([placeText(backoff), placeText(['plugin'])]).toEqual(['Error › backoff', 'plugin']);
});
