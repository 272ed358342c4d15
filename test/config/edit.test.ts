import { describe, expect, test } from 'vitest';
import { applyEdit, type ConfigEdit } from '../../src/config/edit.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import { parsePluginId } from '../../src/core/ids.ts';

const file = '/host/app.toml';
const id = parsePluginId('a');

type Change = ConfigEdit extends infer Edit ? (Edit extends ConfigEdit ? Omit<Edit, 'id'> : never) : never;

function edited(text: string, change: Change): string {
  return applyEdit(text, file, { ...change, id } as ConfigEdit).text;
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof SignalboxError ? error.code : String(error);
  }
}

const on: Change = { change: 'set-enabled', enabled: true };
const off: Change = { change: 'set-enabled', enabled: false };
const add: Change = { change: 'grant', permissions: ['log'] };
const remove: Change = { change: 'revoke', permissions: ['log'] };
const set = (value: unknown, key = 'k'): Change => ({ change: 'set-config', key, value });

describe('an edit changes its place and nothing else', () => {
  const head = '[[plugins.entries]] # e\nid = "a" # i\nartifact_path = "x"\n';

  test.each<[string, string, Change, string]>([
    ['a value in place', `${head}enabled = true # why\n`, off, `${head}enabled = false # why\n`],
    ['a missing key behind the id', head, on, head.replace('# i\n', '# i\nenabled = true\n')],
    [
      'a missing key, indented like its neighbour',
      '[[plugins.entries]]\n\tid = "a"',
      on,
      '[[plugins.entries]]\n\tid = "a"\n\tenabled = true',
    ],
    [
      'a missing key before a sub-table',
      `${head}[plugins.entries.watch]\ndirectories = []\n`,
      add,
      `${head}permissions = ["log"]\n[plugins.entries.watch]\ndirectories = []\n`,
    ],
    [
      'a key of an inline entry',
      'plugins.entries = [{id="a"}, {id="b"}]',
      on,
      'plugins.entries = [{id="a", enabled = true}, {id="b"}]',
    ],
    [
      'a setting in its table',
      `${head}[plugins.entries.config] # c\n`,
      set('v'),
      `${head}[plugins.entries.config] # c\nk = "v"\n`,
    ],
    [
      'a setting among dotted keys',
      `${head}config.a = 1\nenabled = true\n`,
      set(2),
      `${head}config.a = 1\nconfig.k = 2\nenabled = true\n`,
    ],
    ['a setting in an inline table', `${head}config = {}\n`, set(true), `${head}config = { k = true }\n`],
    [
      'a first setting',
      `${head}\n# next\n`,
      set(['x', 1.5]),
      `${head}[plugins.entries.config]\nk = [ "x", 1.5 ]\n\n# next\n`,
    ],
    [
      'a first setting beside sub-tables',
      `${head}[plugins.entries.config.deep]\nx = 1\n`,
      set({ a: { b: [] } }),
      `${head}[plugins.entries.config]\nk = { a = { b = [] } }\n[plugins.entries.config.deep]\nx = 1\n`,
    ],
    [
      'a setting whose key needs quotes',
      `${head}[plugins.entries.config]\nx = 1`,
      set('\u007f"\n', 'two words'),
      `${head}[plugins.entries.config]\nx = 1\n"two words" = "\\u007f\\"\\n"`,
    ],
    ['a value over several lines', `${head}config.k = """\na\n"""\n`, set(1), `${head}config.k = 1\n`],
    [
      'a permission in an empty list',
      `${head}permissions = [ # none\n]\n`,
      add,
      `${head}permissions = ["log" # none\n]\n`,
    ],
    [
      'a permission on a line of its own',
      `${head}permissions = [\n  "random", # r\n  # old\n]\n`,
      add,
      `${head}permissions = [\n  "random", # r\n  "log",\n  # old\n]\n`,
    ],
    [
      'a permission behind one without comma',
      `${head}permissions = [\n  "random" # r\n]\n`,
      add,
      `${head}permissions = [\n  "random", # r\n  "log"\n]\n`,
    ],
    [
      'the line of a permission',
      `${head}permissions = [\n  "log",\n  "random",\n]\n`,
      remove,
      `${head}permissions = [\n  "random",\n]\n`,
    ],
    [
      'a permission, not its comment',
      `${head}permissions = [\n  "log", # l\n  "random" ]\n`,
      remove,
      `${head}permissions = [\n  # l\n  "random" ]\n`,
    ],
    [
      'every copy of a permission',
      `${head}permissions = ["log","log", "random","log"]\n`,
      remove,
      `${head}permissions = ["random"]\n`,
    ],
    [
      'a lease in a list of its own',
      `${head}permissions = ["log"]\n`,
      {
        change: 'grant',
        permissions: ['random'],
        lease: { grantedAt: 0, expiresAt: 3_600_000, calls: 9, bytes: 5 },
      },
      `${head}permissions = ["log"]\nleases = [{ permission = "random", granted = 1970-01-01T00:00:00Z, expires = 1970-01-01T01:00:00Z, calls = 9, bytes = 5 }]\n`,
    ],
    [
      'a lease in the place of the one there was',
      `${head}leases = [{ permission = "log", calls = 1 }, { permission = "random", calls = 2 }] # l\n`,
      { change: 'grant', permissions: ['log'], lease: { expiresAt: 500 } },
      `${head}leases = [{ permission = "random", calls = 2 }, { permission = "log", expires = 1970-01-01T00:00:00.500Z }] # l\n`,
    ],
    [
      'everything that is granted',
      `${head}permissions = ["log"] # p\nleases = [{ permission = "random", calls = 1 }]\nchannels = ["x"]\nwatch.directories = ["w"]\n`,
      { change: 'revoke', permissions: 'all' },
      `${head}permissions = [] # p\nleases = []\nchannels = []\nwatch.directories = []\n`,
    ],
    [
      'a channel that grants publishing',
      `${head}channels = ["x", "y"]\n`,
      { change: 'revoke', permissions: ['relay:publish:x'] },
      `${head}channels = ["y"]\n`,
    ],
    [
      'what an upgrade asks for',
      `${head}enabled = true\n`,
      { change: 'approve', wants: '00ff' },
      `${head.replace('# i\n', '# i\napproved = "00ff"\n')}enabled = true\n`,
    ],
    [
      'a permission behind one without comma or comment',
      `${head}permissions = [\n  "random"\n]\n`,
      add,
      `${head}permissions = [\n  "random",\n  "log"\n]\n`,
    ],
  ])('%s', (_name, before, change, after) => {
    expect(edited(before, change)).toBe(after);
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    // A file of one line has no line end to go by.
    if (before.includes('\n') && !before.includes('"""'))
      expect(edited(crlf(before), change)).toBe(crlf(after));
    expect(edited(`\uFEFF${before}`, change)).toBe(`\uFEFF${after}`);
  });

  test.each<[string, string, Change]>([
    ['enabled already', `${head}enabled = true`, on],
    ['disabled by default', head, off],
    ['the same setting, written otherwise', `${head}config.k = 0x10`, set(16)],
    ['a permission that is there', `${head}permissions = ['log']`, add],
    ['a permission that is not there', head, remove],
    [
      'a permission implied by the watched directories',
      `${head}watch.directories = [" w "]`,
      { change: 'grant', permissions: ['watch:w'] },
    ],
  ])('nothing is written when nothing is to do: %s', (_name, text, change) => {
    expect(applyEdit(text, file, { ...change, id } as ConfigEdit)).toEqual({ text, isChanged: false });
  });
});

test.each<[string, string, Change]>([
  ['PLUGIN_UNKNOWN', '[[plugins.entries]]\nid = "b"', on],
  ['PLUGIN_UNKNOWN', '[ui]\nid = "a"', on],
  ['CONFIG_SYNTAX', '[[plugins.entries]]\nid = "a', on],
  ['CONFIG_TOO_NEW', 'plugins = { schema_version = 9, entries = [{ id = "a" }] }', on],
  ['PERMISSION_INVALID', 'plugins.entries = [{ id = "a" }]', { change: 'grant', permissions: ['fs:eat'] }],
  ['CONFIG_EDIT_REFUSED', 'plugins.entries = [{ id = "a" }]', set(null)],
  ['CONFIG_EDIT_REFUSED', 'plugins.entries = [{ id = "a" }]', set({ x: [undefined] })],
  ['CONFIG_EDIT_REFUSED', '[[plugins.entries]]\nid = "a"\n[plugins.entries.config.k]\nx = 1', set(1)],
  ['CONFIG_EDIT_REFUSED', '[[plugins.entries]]\nid = "a"\nconfig = 1', set(1)],
  ['CONFIG_EDIT_REFUSED', '[[plugins.entries]]\nid = "a"\n[plugins.entries.enabled]\nx = 1', on],
  [
    'CONFIG_EDIT_REFUSED',
    '[[plugins.entries]]\nid = "a"\nwatch.directories = ["x"]',
    { change: 'revoke', permissions: ['watch:x'] },
  ],
  [
    'CONFIG_EDIT_REFUSED',
    '[[plugins.entries]]\nid = "a"\npermissions = ["fs:read:x"]',
    { change: 'revoke', permissions: ['fs:read:x/y'] },
  ],
  [
    'CONFIG_EDIT_REFUSED',
    '[[plugins.entries]]\nid = "a"\npermissions = ["log"]',
    { change: 'grant', permissions: ['log'], lease: { calls: 1 } },
  ],
  [
    'CONFIG_EDIT_REFUSED',
    '[[plugins.entries]]\nid = "a"\n[[plugins.entries.leases]]\npermission = "log"\ncalls = 1',
    { change: 'revoke', permissions: ['log'] },
  ],
])('refuses with %s: %s', (code, text, change) => {
  expect(codeOf(() => edited(text, change))).toBe(code);
});

test('a text too long for the parser that finds places refuses the edit', () => {
  const text = `[[plugins.entries]]\nid = "a"\nconfig.text = "${'x'.repeat(500_000)}"`;
  expect(codeOf(() => edited(text, on))).toBe('CONFIG_EDIT_REFUSED');
});
