import { describe, expect, test } from 'vitest';
import { addressOf, type Place, placeOf } from '../../../src/dashboard/routing.ts';

const places: readonly Exclude<Place, { page: 'unknown' }>[] = [
  { page: 'plugins' },
  { page: 'system' },
  { page: 'journal', tab: 'lifecycles' },
  { page: 'journal', tab: 'audit' },
  { page: 'plugin', id: 'waves.scanner', tab: 'machine' },
  { page: 'plugin', id: 'a/b c', tab: 'log' },
];

describe('an address', () => {
  test.each(places)('leads back to $page', (place) => {
    expect(placeOf(addressOf(place))).toEqual(place);
  });

  test.each([
    '#/nowhere',
    '#/plugins/a/odd',
    '#/plugins/a/log/more',
    '#/system/x',
    '#/journal/odd',
    '#/journal/audit/more',
  ])('%s leads nowhere', (hash) => {
    expect(placeOf(hash)).toEqual({ page: 'unknown' });
  });

  test('that is no encoding is taken as it is', () => {
    expect(placeOf('#/plugins/%zz')).toEqual({ page: 'plugin', id: '%zz', tab: 'machine' });
  });
});
