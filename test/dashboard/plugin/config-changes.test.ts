import { expect, test } from 'vitest';
import { configChanges } from '../../../src/dashboard/plugin/config-changes.ts';

test.each([
  ['nothing', { a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 }, {}],
  ['what is new', {}, { a: [] }, { a: [] }],
  ['what is another', { a: [1, 2] }, { a: [2, 1] }, { a: [2, 1] }],
  ['what is gone, as null', { a: 1, b: 2 }, { b: 2 }, { a: null }],
  ['what a form left undefined, as null', { a: 1 }, { a: undefined }, { a: null }],
  ['a list that became a table', { a: [] }, { a: {} }, { a: {} }],
])('tells %s', (_title, before, after, changes) => {
  expect(configChanges(before, after)).toEqual(changes);
});
