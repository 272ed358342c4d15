import { describe, expect, test } from 'vitest';
import { defaultLimits, strictLimits } from '../../src/permissions/limits.ts';
import { parsePattern } from '../../src/permissions/policy.ts';
import { profilePolicy } from '../../src/permissions/profiles.ts';
import { brief, documentOf } from './reading.ts';

const entry = '[[plugins.entries]]\nid = "a"\nartifact_path = "a"\n';

describe('the policy of an entry', () => {
  test.each([
    ['is the default profile', entry, 'default'],
    ['is the profile of the runtime', `[signalbox]\nprofile = "terminal"\n${entry}`, 'terminal'],
    ['is the one it names', `[signalbox]\nprofile = "terminal"\n${entry}policy = "strict"\n`, 'strict'],
    [
      'is one of the operator, as the profile too',
      `[signalbox]\nprofile = "mine"\n[policies.mine]\n${entry}`,
      'mine',
    ],
  ])('%s', (_title, text, name) => {
    expect(documentOf(text).entries.map(({ policy }) => policy.name)).toEqual([name]);
  });

  test('holds its own rules and those of what it is based on, and the lower of both limits', () => {
    const text = `[policies.mine]
base = "strict"
allow = ["fs:*", "log"]
deny = ["fs:read:secrets"]
limits = { memory_bytes = 999999999, mailbox_calls = 3 }
${entry}policy = "mine"
`;
    expect(documentOf(text).entries[0]?.policy).toEqual({
      name: 'mine',
      limits: { ...strictLimits, mailbox_calls: 3 },
      layers: [
        {
          name: 'mine',
          allow: ['fs:*', 'log'].map(parsePattern),
          deny: [parsePattern('fs:read:secrets')],
        },
        ...profilePolicy('strict').layers,
      ],
    });
  });

  test('that changes is a change of the entries that use it, and of no other', () => {
    const text = (calls: number) =>
      `[policies.mine]\nlimits = { mailbox_calls = ${calls} }\n${entry}policy = "mine"\n${entry.replace('"a"', '"b"')}`;
    const [a, b] = [1, 2].map((calls) =>
      documentOf(text(calls)).entries.map(({ fingerprint }) => fingerprint),
    );
    expect([a?.[0] === b?.[0], a?.[1] === b?.[1]]).toEqual([false, true]);
  });
});

describe('a policy that cannot be used rejects the entries that name it, and warns', () => {
  test.each([
    ['there is none', '', 'there is no policy "mine"', 0],
    [
      'it is based on itself',
      '[policies.mine]\nbase = "mine"\n',
      'policy "mine": policy "mine" is based on itself',
      1,
    ],
    ['its base is none', '[policies.mine]\nbase = "no"\n', 'policy "mine": there is no policy "no"', 1],
    ['a key is misspelt', '[policies.mine]\ndenny = ["*"]\n', 'policy "mine": "denny" is not known', 1],
    [
      'a limit is misspelt',
      '[policies.mine.limits]\nmemory = 1\n',
      'policy "mine": "limits.memory" is not known',
      1,
    ],
    [
      'a pattern is none',
      '[policies.mine]\ndeny = ["fs"]\n',
      'policy "mine": Permission "fs" is not known',
      1,
    ],
    ['it is a table of the host', '[policies]\nmine = 5\n', 'policy "mine": "" is 5, allowed is a table', 1],
  ])('because %s', (_title, policies, message, warnings) => {
    const document = documentOf(`${policies}${entry}policy = "mine"\n${entry.replace('"a"', '"b"')}`);
    expect(document.rejected.map(({ error }) => error.message)).toEqual([`Plugin "a": ${message}`]);
    expect(document.entries.map(({ id }) => id)).toEqual(['b']);
    expect(document.warnings.map(brief).length).toBe(warnings);
  });

  test('the name of a profile is taken', () => {
    const { rejected } = documentOf(`[policies.strict]\n${entry}policy = "strict"\n`);
    expect(rejected.map(({ error }) => error.message)).toEqual([
      'Plugin "a": policy "strict" has the name of a profile',
    ]);
  });
});

test('a policy without a base has the default limits', () => {
  const [found] = documentOf(`[policies.mine]\n${entry}policy = "mine"\n`).entries;
  expect(found?.policy).toEqual({
    name: 'mine',
    limits: defaultLimits,
    layers: [{ name: 'mine', deny: [] }],
  });
});
