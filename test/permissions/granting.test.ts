import { describe, expect, test } from 'vitest';
import type { PluginEntry } from '../../src/config/document.ts';
import { digestOf, parsePluginId } from '../../src/core/ids.ts';
import type { Manifest } from '../../src/manifest/manifest.ts';
import { resolveGrants } from '../../src/permissions/granting.ts';
import { permissionText } from '../../src/permissions/permission.ts';
import { profilePolicy } from '../../src/permissions/profiles.ts';

function entryGranting(permissions: readonly string[], directories?: readonly string[]): PluginEntry {
  return {
    id: parsePluginId('waves.scanner'),
    enabled: true,
    artifactPath: 'scanner',
    permissions,
    leases: [],
    policy: profilePolicy('default'),
    config: {},
    ...(directories && { watch: { directories, debounceMs: 250 } }),
    limits: {},
    isolation: 'shared',
    onReloadFailure: 'keep',
    fingerprint: digestOf('0'.repeat(64)),
    configFingerprint: digestOf('0'.repeat(64)),
  };
}

type Want = string | { readonly want: string; readonly optional: boolean };

function manifestWanting(...wants: Want[]): Manifest {
  return {
    id: 'waves.scanner',
    version: '1.0.0',
    kind: 'component',
    entry: 'scanner.wasm',
    permissions: wants.map((want) => ({
      reason: 'It needs it',
      ...(typeof want === 'string' ? { want } : want),
    })),
  };
}

const circumstances = { baseFolder: '/app', now: 0, leaseUse: new Map() };

function resolve(wants: readonly Want[], granted: readonly string[]) {
  const { effective, missing, withheld } = resolveGrants({
    manifest: manifestWanting(...wants),
    ...circumstances,
    isDeclared: true,
    entry: entryGranting(granted),
  });
  return {
    effective: effective.map(permissionText),
    missing: missing.map(({ permission }) => permission),
    withheld,
  };
}

describe('what takes effect is what the manifest asks for and the operator granted', () => {
  test.each([
    { title: 'both name it', wants: ['log'], granted: ['log'], effective: ['log'], missing: [] },
    { title: 'nothing asked', wants: [], granted: ['log', 'fs:read:waves'], effective: [], missing: [] },
    { title: 'nothing granted', wants: ['log'], granted: [], effective: [], missing: ['log'] },
    {
      title: 'a wider grant',
      wants: ['fs:read:waves/a'],
      granted: ['fs:read:waves'],
      effective: ['fs:read:waves/a'],
      missing: [],
    },
    {
      title: 'a narrower grant',
      wants: ['fs:read:waves'],
      granted: ['fs:read:waves/a'],
      effective: ['fs:read:waves/a'],
      missing: ['fs:read:waves'],
    },
    {
      title: 'a grant beside it',
      wants: ['fs:read:waves'],
      granted: ['fs:read:wavesx'],
      effective: [],
      missing: ['fs:read:waves'],
    },
    {
      title: 'a want that climbs out',
      wants: ['fs:read:waves/../etc'],
      granted: ['fs:read:waves'],
      effective: [],
      missing: ['fs:read:waves/../etc'],
    },
    {
      title: 'whatever the operator grants',
      wants: ['fs:list:*', 'relay:publish:*'],
      granted: ['fs:list:waves', 'fs:list:more', 'fs:read:waves', 'relay:publish:discovery'],
      effective: ['fs:list:waves', 'fs:list:more', 'relay:publish:discovery'],
      missing: [],
    },
    {
      title: 'whatever, and there is nothing',
      wants: ['watch:*'],
      granted: ['fs:list:waves'],
      effective: [],
      missing: ['watch:*'],
    },
    {
      title: 'another channel',
      wants: ['relay:publish:discovery'],
      granted: ['relay:publish:disc'],
      effective: [],
      missing: ['relay:publish:discovery'],
    },
    { title: 'asked twice', wants: ['log', 'log'], granted: ['log'], effective: ['log'], missing: [] },
  ])('$title', ({ wants, granted, effective, missing }) => {
    expect(resolve(wants, granted)).toEqual({ effective, missing, withheld: [] });
  });
});

test('an optional want that nobody granted is withheld and not missing', () => {
  expect(resolve([{ want: 'fs:write:out', optional: true }, 'log'], ['log'])).toEqual({
    effective: ['log'],
    missing: [],
    withheld: [{ permission: 'fs:write:out', rule: 'its entry does not grant it' }],
  });
});

test('without a manifest the grants of the operator take effect', () => {
  const grants = resolveGrants({
    manifest: manifestWanting(),
    ...circumstances,
    isDeclared: false,
    entry: entryGranting(['log', 'fs:read:waves']),
  });
  expect(grants).toEqual({
    effective: [{ kind: 'log' }, { kind: 'fs:read', scope: 'waves' }],
    leased: [],
    missing: [],
    forbidden: [],
    withheld: [],
  });
});

test('the TOML line keeps what is granted, adds all that is missing and leaves out what watch.directories grants', () => {
  const { missing } = resolveGrants({
    manifest: manifestWanting('fs:read:waves', 'relay:publish:*', 'fs:list:waves'),
    ...circumstances,
    isDeclared: true,
    entry: entryGranting(['log', 'fs:list:waves', 'fs:metadata:waves', 'watch:waves'], ['waves']),
  });
  const rule = 'its entry does not grant it';
  const tomlLine = 'permissions = ["log", "fs:read:waves", "relay:publish:<channel>"]';
  expect(missing).toEqual([
    { permission: 'fs:read:waves', reason: 'It needs it', tomlLine, rule },
    { permission: 'relay:publish:*', reason: 'It needs it', tomlLine, rule },
  ]);
});

test('a want that is no permission is refused by name', () => {
  expect(() => resolve(['disk:format:all'], [])).toThrow('Permission "disk:format:all" is not known');
});
