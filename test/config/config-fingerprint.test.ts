import { describe, expect, test } from 'vitest';
import { documentOf } from './reading.ts';

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

  test('tell a change of a setting, which changes no entry', () => {
    const next = documentOf(`${text}[signalbox]\nauto_discover = true\n`);
    expect(next.settings.autoDiscover).toBe(true);
    expect(next.fingerprint).not.toBe(known.fingerprint);
    expect(next.entries).toEqual(known.entries);
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
