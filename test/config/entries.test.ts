import { describe, expect, test } from 'vitest';
import { brief, documentOf } from './reading.ts';

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
