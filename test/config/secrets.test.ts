import { describe, expect, test } from 'vitest';
import { documentOf } from './reading.ts';

const entryWith = (line: string) => `[[plugins.entries]]\nid = "x"\nartifact_path = "a"\n${line}\n`;

test('secrets are references: where the host finds them and which origins may get them', () => {
  const { entries, warnings } = documentOf(
    entryWith(`secrets.token = { from = "env:API_TOKEN", origins = ["https://API.example.com:443/"] }
[plugins.entries.secrets.session]
from = "file:secrets/session.txt"
origins = ["https://a.example.com", "http://localhost:3000"]`),
  );
  expect(warnings).toEqual([]);
  expect(entries[0]?.secrets).toEqual({
    token: { from: { kind: 'env', name: 'API_TOKEN' }, origins: ['https://api.example.com'] },
    session: {
      from: { kind: 'file', path: 'secrets/session.txt' },
      origins: ['https://a.example.com', 'http://localhost:3000'],
    },
  });
});

test('a secret that changes its place or its origins changes the entry', () => {
  const prints = ['env:A', 'env:B', 'file:A'].map(
    (from) =>
      documentOf(entryWith(`secrets.t = { from = "${from}", origins = ["https://a.example"] }`)).entries[0]
        ?.fingerprint,
  );
  expect(new Set(prints).size).toBe(3);
});

describe('what is wrong with a secret is told without showing what was written', () => {
  const hint =
    'Write secrets.token = { from = "env:API_TOKEN", origins = ["https://api.example.com"] }, and put the secret into that variable of the host';
  const says =
    'secret "token" does not say, and nothing else, where the host finds it and which origins may get it';
  test.each([
    ['secrets = "hush-hush"', '"secrets" is not a table', hint],
    ['secrets.token = "hush-hush"', says, hint],
    ['secrets.token = { value = "hush-hush", origins = ["https://a.example"] }', says, hint],
    ['secrets.token = { from = "env:A", origins = ["https://a.example"], value = "hush-hush" }', says, hint],
    ['secrets.token = { from = "env:HUSH" } # hush-hush', says, hint],
    ['secrets.token = { from = "env:HUSH", origins = [] } # hush-hush', says, hint],
    [
      'secrets.token = { from = "hush-hush", origins = ["https://a.example"] }',
      'secret "token" comes from neither "env:" nor "file:"',
      hint,
    ],
    [
      'secrets.token = { from = "env:hush-hush", origins = ["https://a.example"] }',
      'secret "token" comes from neither "env:" nor "file:"',
      hint,
    ],
    [
      'secrets.token = { from = "env:A", origins = ["https://me:hush-hush@a.example"] }',
      'origin 1 of secret "token" is none: it has a user name',
      'Write "https://a.example"',
    ],
    [
      'secrets.token = { from = "env:A", origins = ["https://*.example.com"] } # hush-hush',
      'origin 1 of secret "token" is more than one origin',
      'Name each origin that may get it',
    ],
    [
      'secrets."A b" = "hush-hush"',
      'secret name "A b" is not valid',
      'Use lower-case letters, digits, "_" and "-"',
    ],
  ])('%s', (line, message, mends) => {
    const { rejected } = documentOf(entryWith(line));
    expect(rejected.map(({ error }) => error)).toEqual([
      {
        code: 'CONFIG_ENTRY_INVALID',
        blame: 'user',
        message: `Plugin "x": ${message}`,
        hint: mends,
        location: { file: '/host/app.toml', line: 4, column: expect.any(Number) },
      },
    ]);
    expect(JSON.stringify(rejected)).not.toContain('hush-hush');
  });
});
