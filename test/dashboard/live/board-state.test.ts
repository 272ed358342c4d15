import { expect, test } from 'vitest';
import {
  type BoardState,
  boardAfter,
  boardWithLines,
  emptyBoard,
} from '../../../src/dashboard/live/board-state.ts';
import type { StreamEvent } from '../../../src/dashboard/live/stream-event.ts';
import type { PluginReport } from '../../../src/wire/plugin-status.ts';
import type { LogLine } from '../../../src/wire/records.ts';

const plugin = (id: string, state: PluginReport['state'] = 'Ready'): PluginReport => ({
  id,
  state,
  since: 1,
});
const line = (id: string, message: string, level: LogLine['level'] = 'info'): LogLine => ({
  ...{ plugin: id, time: 1, level, message, fields: {} },
});
const reset = (plugins: readonly PluginReport[], isRestart = false): StreamEvent => ({
  topic: 'reset',
  sequence: 9,
  isRestart,
  board: {
    phase: 'known',
    plugins: [...plugins],
    discoveryProblems: [],
    config: { phase: 'known' },
    actors: [],
  },
});
const status = (report: PluginReport, isGone = false): StreamEvent => ({
  topic: 'status',
  sequence: 10,
  news: { phase: 'known', discoveryProblems: [], status: report, isGone },
});
const known = boardAfter(emptyBoard, [reset([plugin('a'), plugin('b')])]);
const ids = ({ plugins }: BoardState): readonly string[] =>
  [...plugins.values()].map(({ id, state }) => `${id} ${state}`);

test('a reset is everything there is, and what was fetched before counts no more', () => {
  expect(ids(known)).toEqual(['a Ready', 'b Ready']);
  expect(known.generation).toBe(1);
  expect(boardAfter(known, [reset([plugin('c')])])).toMatchObject({ generation: 2 });
  expect(ids(boardAfter(known, [reset([plugin('c')])]))).toEqual(['c Ready']);
});

test('a status changes one plugin and keeps its place', () => {
  expect(ids(boardAfter(known, [status(plugin('a', 'Error'))]))).toEqual(['a Error', 'b Ready']);
});

test('a plugin that is gone is not listed', () => {
  expect(ids(boardAfter(known, [status(plugin('a', 'Disabled'), true)]))).toEqual(['b Ready']);
});

test('the last thing a plugin said is kept, debugging is not', () => {
  const events = [line('a', 'first'), line('a', 'second'), line('a', 'noise', 'debug')].map(
    (each, at): StreamEvent => ({ topic: 'log', sequence: at, line: each }),
  );
  expect(boardAfter(known, events).latest).toEqual(new Map([['a', line('a', 'second')]]));
});

test('a restarted runtime has said nothing; one that was only lost for a while has', () => {
  const said = boardAfter(known, [{ topic: 'log', sequence: 1, line: line('a', 'before') }]);
  expect(boardAfter(said, [reset([plugin('a')], true)]).latest.size).toBe(0);
  expect(boardAfter(said, [reset([plugin('a')])]).latest.size).toBe(1);
});

test('what is recalled does not take the place of what came meanwhile', () => {
  const said = boardAfter(known, [{ topic: 'log', sequence: 1, line: line('a', 'now') }]);
  const { latest } = boardWithLines(said, [line('a', 'then'), line('b', 'then')]);
  expect([...latest.values()].map(({ message }) => message).sort()).toEqual(['now', 'then']);
});

test('events that are no part of the board leave it as it is', () => {
  const audit = { plugin: 'a', time: 1, decision: 'used' as const, permission: 'log', rule: 'log' };
  expect(boardAfter(known, [{ topic: 'audit', sequence: 1, line: audit }])).toBe(known);
});
