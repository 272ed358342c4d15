import { describe, expect, test } from 'vitest';
import { leaseText } from '../../src/config/leases.ts';
import { documentOf } from './reading.ts';

const entry = '[[plugins.entries]]\nid = "a"\nartifact_path = "a"\n';

describe('leases of an entry', () => {
  test.each([
    [
      'in a list',
      `${entry}leases = [{ permission = "log", expires = 2026-11-22T12:00:00+02:00, calls = 5, bytes = 9 }]\n`,
    ],
    [
      'as tables',
      `${entry}[[plugins.entries.leases]]\npermission = "log"\nexpires = 2026-11-22T10:00:00Z\ncalls = 5\nbytes = 9\n`,
    ],
  ])('are read %s', (_title, text) => {
    expect(documentOf(text).entries[0]?.leases).toEqual([
      { permission: 'log', expiresAt: Date.UTC(2026, 10, 22, 10), calls: 5, bytes: 9 },
    ]);
  });

  test('are written as they are read', () => {
    const lease = {
      permission: 'fs:read:a "b"',
      grantedAt: 1_000,
      expiresAt: 86_400_500,
      calls: 1,
      bytes: 2,
    };
    expect(documentOf(`${entry}leases = [${leaseText(lease)}]\n`).entries[0]?.leases).toEqual([lease]);
  });

  test.each([
    ['never end', '{ permission = "log" }', 'the lease of "log" never ends'],
    ['are of no permission', '{ permission = "fs:eat", calls = 1 }', 'Permission "fs:eat" is not known'],
    ['misspell a bound', '{ permission = "log", calls = 1, byte = 1 }', '"leases.0.byte" is not known'],
    [
      'end at no time',
      '{ permission = "log", expires = "soon" }',
      '"leases.expires" is "soon", not a time with an offset',
    ],
    [
      'end at a time that depends on where one is',
      '{ permission = "log", expires = 2026-11-22T10:00:00 }',
      '"leases.expires" is "2026-11-22T10:00:00.000", not a time with an offset',
    ],
    [
      'are two of one permission',
      '{ permission = "log", calls = 1 }, { permission = "log", calls = 2 }',
      '"log" has two leases',
    ],
  ])('that %s reject the entry', (_title, leases, message) => {
    expect(documentOf(`${entry}leases = [${leases}]\n`).rejected.map(({ error }) => error.message)).toEqual([
      `Plugin "a": ${message}`,
    ]);
  });
});
