import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { profilePolicy } from '../../src/permissions/profiles.ts';
import { brief, documentOf, file, problemOf } from './reading.ts';

const fixtures = new URL('../fixtures/config/', import.meta.url);

describe('a document', () => {
  test('reads the example of the NovyWave design as it stands', () => {
    const { entries, rejected, warnings } = documentOf(
      readFileSync(new URL('novywave.toml', fixtures), 'utf8'),
    );
    expect({ rejected, warnings }).toEqual({ rejected: [], warnings: [] });
    expect(entries.map(({ policy }) => policy)).toEqual([profilePolicy('default'), profilePolicy('default')]);
    expect(entries.map(({ fingerprint, configFingerprint, policy, ...entry }) => entry)).toEqual([
      {
        id: 'novywave.hello_world',
        enabled: true,
        artifactPath: 'plugins/hello_world/target/component/hello_world.wasmc',
        permissions: [],
        leases: [],
        config: { greeting: 'NovyWave' },
        limits: {},
        isolation: 'shared',
        onReloadFailure: 'keep',
      },
      {
        id: 'novywave.waveform_scanner',
        enabled: true,
        artifactPath: 'plugins/waveform_scanner/target/component/waveform_scanner.wasmc',
        permissions: ['fs:list:/home/user/waves', 'fs:metadata:/home/user/waves', 'watch:/home/user/waves'],
        leases: [],
        config: { extensions: ['fst', 'vcd'], directories: ['/home/user/waves'] },
        watch: { directories: ['/home/user/waves'], debounceMs: 250 },
        limits: {},
        isolation: 'shared',
        onReloadFailure: 'keep',
      },
    ]);
  });

  test('has defaults for everything but id and artifact', () => {
    const { settings, entries } = documentOf('[[plugins.entries]]\nid = "a"\nartifact_path = "a.wasm"\n');
    expect(settings).toEqual({
      profile: 'default',
      stateDir: '.signalbox',
      maxPlugins: 1000,
      safeMode: false,
      autoDiscover: false,
    });
    expect(entries[0]).toMatchObject({ enabled: false, permissions: [], config: {}, isolation: 'shared' });
  });

  test('grants what channels and watched directories imply, each once', () => {
    const [entry] = documentOf(`[[plugins.entries]]
id = "a"
artifact_path = "a"
permissions = ["log", "watch:waves"]
channels = ["discovery", "log"]
watch = { directories = [" waves ", "waves"], debounce_ms = 100 }
`).entries;
    expect(entry?.permissions).toEqual([
      'log',
      'watch:waves',
      'fs:list:waves',
      'fs:metadata:waves',
      'relay:publish:discovery',
      'relay:publish:log',
    ]);
    expect(entry?.watch).toEqual({ directories: ['waves'], debounceMs: 100 });
  });

  test('keeps in config what JSON cannot hold as text', () => {
    const [entry] = documentOf(`[[plugins.entries]]
id = "a"
artifact_path = "a"
[plugins.entries.config]
day = 2024-05-27
moment = 2024-05-27T07:32:00+02:00
clock = 07:32:01
huge = 9007199254740993
largest = 9007199254740991
far = -inf
none = nan
`).entries;
    expect(entry?.config).toEqual({
      day: '2024-05-27',
      moment: '2024-05-27T07:32:00.000+02:00',
      clock: '07:32:01.000',
      huge: '9007199254740993',
      largest: 9007199254740991,
      far: '-inf',
      none: 'nan',
    });
  });

  test('treats keys named like object internals as keys', () => {
    const [entry] = documentOf(`[[plugins.entries]]
id = "a"
artifact_path = "a"
config = { __proto__ = { polluted = true }, constructor = 1, toString = 2 }
`).entries;
    expect(Object.keys(entry?.config ?? {})).toEqual(['__proto__', 'constructor', 'toString']);
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
  });

  test.each([
    ['no text at all', ''],
    ['a host without plugins', '[ui]\ntheme = "dark"\n'],
    ['an empty table', '[plugins]\n'],
    ['a byte order mark', '\uFEFF[plugins]\n'],
    ['reserved tables', '[api]\nport = 1\n[gates]\n[journal]\n[versions]\n[signing]\n[registry]\n[bridge]\n'],
  ])('of %s has no entries and no complaints', (_name, text) => {
    const { entries, rejected, warnings } = documentOf(text);
    expect({ entries, rejected, warnings }).toEqual({ entries: [], rejected: [], warnings: [] });
  });
});

describe('a file that gives no document', () => {
  test.each([
    ['a missing value', 'a = 1\nb = \n', '2:5 CONFIG_SYNTAX Config file is not valid TOML: invalid value'],
    [
      'a table twice',
      '[a]\n[a]\n',
      '2:2 CONFIG_SYNTAX Config file is not valid TOML: trying to redefine an already defined table or value',
    ],
    [
      'deep arrays',
      `a = ${'['.repeat(100)}`,
      '1:69 CONFIG_SYNTAX Config file is not valid TOML: document contains excessively nested structures. aborting.',
    ],
    [
      'a long key',
      `x = 1\n${'a.'.repeat(50_000)}a = 1`,
      '2:128 CONFIG_SYNTAX Config file is not valid TOML: A key has more than 64 segments',
    ],
    [
      'deep tables',
      `[${'a.'.repeat(40)}a]\n${'b.'.repeat(40)}b = 1`,
      '1:1 CONFIG_SYNTAX Config file is not valid TOML: Tables are nested more than 64 deep',
    ],
    ['plugins that are no table', '\nplugins = 1', '2:1 CONFIG_INVALID "plugins" must be a table'],
    [
      'entries that are no array',
      '[plugins.entries]\na = 1',
      '1:10 CONFIG_INVALID "plugins.entries" must be an array of tables',
    ],
    [
      'settings that do not fit',
      '[signalbox]\nprofile = "lax"',
      '2:1 CONFIG_INVALID Table [signalbox]: there is no policy "lax"',
    ],
    [
      'a version of nonsense',
      '[plugins]\nschema_version = -1',
      '2:1 CONFIG_INVALID "plugins.schema_version" is -1, allowed are whole numbers up to 1',
    ],
    [
      'a newer version',
      '[plugins]\nschema_version = 2',
      '2:1 CONFIG_TOO_NEW Config file has schema_version 2, this Signalbox reads up to 1',
    ],
  ])('says where and why: %s', (_name, text, expected) => {
    const problem = problemOf(parseConfig(text, file));
    expect(problem && brief(problem)).toBe(expected);
  });

  test('shows the lines around the place', () => {
    const text = 'one = 1\r\ntwo = 2\r\n\tthree = \r\nfour = 4\r\nfive = 5\r\nsix = 6\r\n';
    expect(problemOf(parseConfig(text, file))?.location).toEqual({
      file,
      line: 3,
      column: 10,
      frame: [
        '  1 | one = 1',
        '  2 | two = 2',
        '> 3 | \tthree =',
        '    | \t        ^',
        '  4 | four = 4',
        '  5 | five = 5',
      ].join('\n'),
    });
  });

  test('cuts long lines around the place', () => {
    const frame = problemOf(parseConfig(`a = "${'x'.repeat(5_000)}" b`, file))?.location?.frame;
    expect(frame?.split('\n').every((line) => line.length <= 110)).toBe(true);
    expect(frame).toContain('xxx" b');
  });

  test('is refused above 1 MiB before anything is parsed', () => {
    const problem = problemOf(parseConfig(`# ${'x'.repeat(1024 * 1024)}`, file));
    expect(problem?.message).toBe('Config file "/host/app.toml" has 1048578 bytes, 1048576 are allowed');
  });
});
