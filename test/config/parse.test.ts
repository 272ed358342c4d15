import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ConfigParse, parseConfig } from '../../src/config/parse.ts';
import type { ErrorRecord } from '../../src/core/errors.ts';

const file = '/host/app.toml';
const fixtures = new URL('../fixtures/config/', import.meta.url);

function documentOf(text: string) {
  const parse = parseConfig(text, file);
  if (parse.outcome === 'invalid') throw new Error(parse.error.message);
  return parse.document;
}

function problemOf(parse: ConfigParse): ErrorRecord | undefined {
  return parse.outcome === 'invalid' ? parse.error : undefined;
}

/** `line:column code message` */
function brief({ code, message, location }: ErrorRecord): string {
  return `${location?.line}:${location?.column} ${code} ${message}`;
}

describe('a document', () => {
  test('reads the example of the NovyWave design as it stands', () => {
    const { entries, rejected, warnings } = documentOf(
      readFileSync(new URL('novywave.toml', fixtures), 'utf8'),
    );
    expect({ rejected, warnings }).toEqual({ rejected: [], warnings: [] });
    expect(entries.map(({ fingerprint, configFingerprint, ...entry }) => entry)).toEqual([
      {
        id: 'novywave.hello_world',
        enabled: true,
        artifactPath: 'plugins/hello_world/target/component/hello_world.wasmc',
        permissions: [],
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
    [
      'reserved tables',
      '[api]\nport = 1\n[policies.x]\ny = 1\n[gates]\n[journal]\n[versions]\n[signing]\n[registry]\n[bridge]\n',
    ],
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
      '2:1 CONFIG_INVALID Table [signalbox]: "profile" is "lax", allowed are "default", "strict"',
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

describe('a bad entry', () => {
  const good = '\n[[plugins.entries]]\nid = "good"\nartifact_path = "g"\n';

  test.each([
    ['no id', 'artifact_path = "a"', 'entries.1', '1:11 A plugin entry has no "id"'],
    ['an id that is not text', 'id = 7', 'entries.1', '2:1 A plugin entry has an "id" that is not text'],
    ['an id outside the grammar', 'id = "A b"', 'entries.1', '2:1 Plugin id "A b" is not valid'],
    ['no artifact', 'id = "x"', 'x', '1:11 Plugin "x": "artifact_path" is missing'],
    [
      'an empty artifact',
      'id = "x"\nartifact_path = ""',
      'x',
      '3:1 Plugin "x": "artifact_path" is "", which must not be empty',
    ],
    [
      'a wrong type',
      'id = "x"\nartifact_path = "a"\nenabled = "yes"',
      'x',
      '4:1 Plugin "x": "enabled" is "yes", allowed is true or false',
    ],
    [
      'a wrong type inside',
      'id = "x"\nartifact_path = "a"\npermissions = [\n  "log",\n  1 ]',
      'x',
      '6:3 Plugin "x": "permissions.1" is 1, allowed is text',
    ],
    [
      'an unknown permission',
      'id = "x"\nartifact_path = "a"\npermissions = ["log", "fs:eat:x"]',
      'x',
      '4:23 Plugin "x": Permission "fs:eat:x" is not known',
    ],
    [
      'a bad channel',
      'id = "x"\nartifact_path = "a"\nchannels = ["A B"]',
      'x',
      '4:13 Plugin "x": channel "A B" is not valid',
    ],
    [
      'a limit too low',
      'id = "x"\nartifact_path = "a"\n[plugins.entries.limits]\nmemory_bytes = 1',
      'x',
      '5:1 Plugin "x": "limits.memory_bytes" is 1, allowed is 65536 or more',
    ],
    [
      'an unknown word',
      'id = "x"\nartifact_path = "a"\nisolation = "vm"',
      'x',
      '4:1 Plugin "x": "isolation" is "vm", allowed are "shared", "own", "thread"',
    ],
  ])('is rejected alone: %s', (_name, entry, id, expected) => {
    const { entries, rejected } = documentOf(`[[plugins.entries]]\n${entry}\n${good}`);
    expect(entries.map((known) => known.id)).toEqual(['good']);
    expect(rejected.map(({ id: place, error }) => [place, brief(error)])).toEqual([
      [id, expected.replace(/^(\S+) /, '$1 CONFIG_ENTRY_INVALID ')],
    ]);
  });

  test('that repeats an id is rejected by its place', () => {
    const { entries, rejected } = documentOf(`${good}${good}`);
    expect(entries).toHaveLength(1);
    expect(rejected.map(({ id, error }) => [id, brief(error)])).toEqual([
      ['entries.2', '7:1 CONFIG_ENTRY_INVALID Plugin id "good" of entry 2 is taken by entry 1'],
    ]);
  });

  test('above max_plugins is rejected, disabled ones do not count', () => {
    const entry = (id: string, enabled: boolean) =>
      `{ id = "${id}", artifact_path = "a", enabled = ${enabled} }`;
    const { entries, rejected } = documentOf(`signalbox.max_plugins = 1
plugins.entries = [${entry('a', true)}, ${entry('b', false)}, ${entry('c', true)}]`);
    expect(entries.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(rejected.map(({ error }) => error.message)).toEqual([
      'Plugin "c" is number 2 of the enabled ones, 1 are allowed',
    ]);
  });

  test('is told with the hint that mends it', () => {
    const { rejected } = documentOf(
      'plugins.entries = [{ id = "x", artifact_path = "a", permissions = ["fs:read"] }]',
    );
    expect(rejected[0]?.error.hint).toBe('Write "fs:read:<scope>"');
  });
});

test('what is not known or was mended is warned about once, and stops nothing', () => {
  const { entries, rejected, warnings } = documentOf(`[signalbox]
colour = "red"
[plugins]
autoload = true
[[plugins.entries]]
id = "a"
artifact_path = "a"
nickname = "x"
limits = { fuel = 1, fuel_per_call = 5 }
[plugins.entries.watch]
directories = ["", "waves"]
debounce_ms = 10
`);
  expect(rejected).toEqual([]);
  expect(entries[0]).toMatchObject({
    limits: { fuel_per_call: 5 },
    watch: { directories: ['waves'], debounceMs: 50 },
  });
  expect(warnings.map(brief)).toEqual([
    '2:1 CONFIG_INVALID Key "signalbox.colour" is not known and ignored',
    '4:1 CONFIG_INVALID Key "plugins.autoload" is not known and ignored',
    '8:1 CONFIG_ENTRY_INVALID Plugin "a": key "nickname" is not known and ignored',
    '9:12 CONFIG_ENTRY_INVALID Plugin "a": key "limits.fuel" is not known and ignored',
    '12:1 CONFIG_ENTRY_INVALID Plugin "a": "watch.debounce_ms" is 10 and counts as 50',
    '11:16 CONFIG_ENTRY_INVALID Plugin "a": an empty path in "watch.directories" is ignored',
  ]);
});

describe('fingerprints', () => {
  const text = `[plugins]
schema_version = 1
[[plugins.entries]]
id = "a"
artifact_path = "a"
permissions = ["log"]
[plugins.entries.config]
x = 1
y = { p = 1, q = 2 }
[[plugins.entries]]
id = "bad one"
`;
  const known = documentOf(text);

  test.each([
    ['comments and space', `# hello\n\n${text.replaceAll(' = ', '=  ')}# bye`],
    ['line ends', text.replaceAll('\n', '\r\n')],
    [
      'key order',
      text
        .replace('id = "a"\nartifact_path = "a"', 'artifact_path = "a"\nid = "a"')
        .replace('p = 1, q = 2', 'q = 2, p = 1'),
    ],
    [
      'the way tables are written',
      text.replace(
        '[plugins.entries.config]\nx = 1\ny = { p = 1, q = 2 }',
        'config.x = 0x1\nconfig.y.p = 1\nconfig.y.q = +2',
      ),
    ],
    ['what belongs to the host', `${text}[ui]\ntheme = "dark"\n`],
    ['the schema version a migration adds', text.replace('schema_version = 1\n', '')],
  ])('do not depend on %s', (_name, rewritten) => {
    const again = documentOf(rewritten);
    expect(again.fingerprint).toBe(known.fingerprint);
    expect(again.entries.map((entry) => entry.fingerprint)).toEqual(
      known.entries.map((entry) => entry.fingerprint),
    );
  });

  test('tell a change of config from every other change', () => {
    const changes = [
      ['x = 1', 'x = 2'],
      ['["log"]', '["log", "metrics"]'],
      ['"bad one"', '"worse one"'],
    ] as const;
    const differences = changes.map(([from, to]) => {
      const next = documentOf(text.replace(from, to));
      return {
        document: next.fingerprint !== known.fingerprint,
        entry: next.entries[0]?.fingerprint !== known.entries[0]?.fingerprint,
        config: next.entries[0]?.configFingerprint !== known.entries[0]?.configFingerprint,
      };
    });
    expect(differences).toEqual([
      { document: true, entry: false, config: true },
      { document: true, entry: true, config: false },
      { document: true, entry: false, config: false },
    ]);
  });
});
