import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ErrorRecord, SignalboxError } from '../../src/core/errors.ts';
import { parseManifest } from '../../src/manifest/parse.ts';

const file = '/plugins/x/plugin.toml';
const smallest = ['id = "waves.x"', 'version = "1.2.3"', 'kind = "script"', 'entry = "main.ts"'];

/** The smallest manifest with lines replaced by their key, or added at its end. */
function manifest(...lines: readonly string[]): string {
  const keyOf = (line: string) => line.split(' ', 1)[0];
  const kept = smallest.filter((line) => !lines.some((other) => keyOf(other) === keyOf(line)));
  return [...kept, ...lines].join('\n');
}

function problem(text: string): ErrorRecord {
  try {
    parseManifest(text, file);
  } catch (error) {
    if (error instanceof SignalboxError) return error.toRecord();
    throw error;
  }
  throw new Error('The manifest was accepted');
}

describe('a manifest', () => {
  test('is read whole, unknown keys and all', () => {
    const text = manifest(
      'description = "Looks at waves"',
      'api = "0.1"',
      'tick_ms = 250',
      'homepage = "https://example.com"',
      'permissions = [{ want = "fs:list:*", reason = "To find files", optional = true }, { want = "log", reason = "Why not" }]',
      'dependencies = [{ id = "waves.y", version = "^1.0" }]',
      'limits.memory_bytes = 1_000_000',
      '[config_schema]',
      'properties.since = { default = 2024-05-06 }',
    );
    expect(parseManifest(text, file)).toEqual({
      id: 'waves.x',
      version: '1.2.3',
      kind: 'script',
      entry: 'main.ts',
      description: 'Looks at waves',
      api: '0.1',
      tick_ms: 250,
      homepage: 'https://example.com',
      permissions: [
        { want: 'fs:list:*', reason: 'To find files', optional: true },
        { want: 'log', reason: 'Why not' },
      ],
      dependencies: [{ id: 'waves.y', version: '^1.0' }],
      limits: { memory_bytes: 1_000_000 },
      config_schema: { properties: { since: { default: '2024-05-06' } } },
    });
  });

  test.each(['hello_world', 'waveform_scanner', 'auto_reload', 'heartbeat'])(
    'of plugins/%s is valid',
    (name) => {
      const url = new URL(`../../plugins/${name}/plugin.toml`, import.meta.url);
      expect(parseManifest(readFileSync(url, 'utf8'), url.pathname).id).toMatch(/^waves\./);
    },
  );

  test('that is not TOML is refused with its place', () => {
    expect(problem('id = "waves.x"\nversion = 1.2.3\n')).toEqual({
      code: 'MANIFEST_INVALID',
      blame: 'plugin',
      message: `Manifest "${file}" is not valid: illegal character in numeric literal`,
      hint: 'Mend the marked place',
      location: {
        file,
        line: 2,
        column: 14,
        frame: expect.stringContaining('> 2 | version = 1.2.3'),
      },
    });
  });

  test.each([
    [['id = "Waves X"'], '"id" is "Waves X"', 'Use lower-case letters'],
    [['version = "1.2"'], '"version" is "1.2"', 'Write a semantic version: "1.2.3"'],
    [['kind = "wasm"'], '"kind" is "wasm", allowed are "component", "script"', 'manifest.md'],
    [['entry = ""'], '"entry" is "", which must not be empty', 'manifest.md'],
    [['entry = "../main.ts"'], '"entry" is "../main.ts"', 'Name a file below the folder'],
    [['entry = "/main.ts"'], '"entry" is "/main.ts"', 'Name a file below the folder'],
    [["entry = 'C:\\main.ts'"], '"entry" is "C:\\\\main.ts"', 'Name a file below the folder'],
    [['api = "^0.1"'], '"api" is "^0.1"', 'Write the version of signalbox:plugin'],
    [['tick_ms = 10'], '"tick_ms" is 10, allowed is 50 or more', 'manifest.md'],
    [['limits.memory_bytes = 12'], '"limits.memory_bytes" is 12, allowed is 65536 or more', 'manifest.md'],
    [
      ['permissions = [{ want = "fs:raed:waves", reason = "x" }]'],
      '"permissions.0.want": Permission "fs:raed:waves" is not known',
      'Permissions start with one of',
    ],
    [['permissions = [{ want = "log" }]'], '"permissions.0.reason" is missing', 'manifest.md'],
    [
      ['dependencies = [{ id = "y", version = "newest" }]'],
      '"dependencies.0.version" is "newest"',
      'Write a range of versions: "^1.2.0"',
    ],
    [['config_schema = "none"'], '"config_schema" is "none"', 'Write a JSON Schema as a table'],
  ])('with %j is refused: %s', (lines, reason, hint) => {
    expect(problem(manifest(...lines))).toEqual({
      code: 'MANIFEST_INVALID',
      blame: 'plugin',
      message: `Manifest "${file}" is not valid: ${reason}`,
      hint: expect.stringContaining(hint),
    });
  });

  test.each(smallest)('without %s is refused', (line) => {
    const key = line.split(' ', 1)[0] ?? '';
    const text = smallest.filter((other) => other !== line).join('\n');
    expect(problem(text).message).toBe(`Manifest "${file}" is not valid: "${key}" is missing`);
  });
});

describe('a hostile manifest', () => {
  test.each([
    ['longer than 64 KiB', `description = "${'x'.repeat(65_536)}"`, 'bytes, 65536 are allowed'],
    ['with a key of 20,000 segments', `${'a.'.repeat(20_000)}b = 1`, 'tables are nested more than 64 deep'],
    ['with 20,000 arrays in one another', `a = ${'['.repeat(20_000)}`, 'not valid'],
  ])('%s is refused', (_what, line, reason) => {
    expect(problem(manifest(line)).message).toContain(reason);
  });

  test('cannot reach a prototype', () => {
    const parsed = parseManifest(
      manifest('[__proto__]', 'polluted = true', '[constructor.prototype]', 'polluted = true'),
      file,
    );
    expect('polluted' in {}).toBe(false);
    expect('polluted' in parsed).toBe(false);
  });
});
