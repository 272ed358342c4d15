import { expect, test } from 'vitest';
import { sequenceOf, streamEventOf } from '../../../src/dashboard/live/stream-event.ts';

const board = { phase: 'known', plugins: [], discoveryProblems: [], config: { phase: 'known' }, actors: [] };
const reset = { event: 'reset', id: '0a0a0a0a-5', data: JSON.stringify(board) };

test.each([
  { title: 'the first reset is no restart', lastId: undefined, isRestart: false },
  { title: 'a reset by the same process means that we fell behind', lastId: '0a0a0a0a-3', isRestart: false },
  { title: 'a reset by another process is a restart', lastId: '0b0b0b0b-3', isRestart: true },
])('$title', ({ lastId, isRestart }) => {
  expect(streamEventOf(reset, lastId)).toEqual({ topic: 'reset', sequence: 5, board, isRestart });
});

test.each([
  ['a topic of a later version', 'weather', '{}'],
  ['data of another form', 'status', '{"phase":"odd"}'],
  ['what is no JSON', 'log', '{'],
])('%s is passed over', (_title, event, data) => {
  expect(streamEventOf({ event, id: '0a0a0a0a-6', data }, undefined)).toBeUndefined();
});

test('an id that is none has no place', () => {
  expect([sequenceOf('0a0a0a0a-17'), sequenceOf('17'), sequenceOf(undefined)]).toEqual([17, 0, 0]);
});
