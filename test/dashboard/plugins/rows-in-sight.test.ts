import { expect, test } from 'vitest';
import { rowsInSight } from '../../../src/dashboard/plugins/rows-in-sight.ts';

const list = { height: 52_000, count: 1_000, viewHeight: 900 };

test.each([
  ['at the top, below the head of the page', { ...list, top: 120 }, { first: 0, end: 24 }],
  ['in the middle, a group more on either side', { ...list, top: -26_000 }, { first: 488, end: 528 }],
  ['at the end, and none that is not', { ...list, top: -51_100 }, { first: 968, end: 1_000 }],
  [
    'after a filter made it short while it was scrolled',
    { ...list, height: 52, count: 1, top: 120 },
    { first: 0, end: 1 },
  ],
  ['when it is scrolled past', { ...list, top: -60_000 }, { first: 1_000, end: 1_000 }],
  ['when there are none', { ...list, height: 0, count: 0, top: 120 }, { first: 0, end: 0 }],
])('the rows to draw %s', (_, place, rows) => {
  expect(rowsInSight(place)).toEqual(rows);
});
