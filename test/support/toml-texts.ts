import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';

const folder = new URL('../fixtures/config/', import.meta.url);

/** The config fixtures, pretty and ugly. */
export const configFixtures: readonly string[] = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.toml'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** What a grammar-aware hand would put in: pieces of syntax, words of ours, and values at the edge. */
const pieces = [
  ...'[]{}=.,#"\'\\\n\t \r\0',
  ...['[[', ']]', '"""', "'''", '\r\n', '\\u0000', '\\U0010ffff', '\\ud800', '\ufeff', '\u2028', '\u{1f600}'],
  ...[
    '[plugins]\n',
    '[[plugins.entries]]\n',
    '[plugins.entries.config]\n',
    '[signalbox]\n',
    'id = "a"\n',
    'enabled = true\n',
  ],
  ...[
    'permissions = ["fs:read:a"]',
    'limits = {memory_bytes = -1}',
    'artifact_path = ""',
    'schema_version = 99',
    'config.a.b = 1\n',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '"__proto__" = {}\n',
    'a.__proto__.b = 1\n',
    'length = 1\n',
  ],
  ...[
    '1e999',
    '-0',
    'nan',
    'inf',
    '9223372036854775807',
    '99999999999999999999',
    '0xff',
    '1979-05-27T07:32:00Z',
    '07:32:00.999999',
  ],
];

const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 4 }));

/** A cut-out or copied stretch, and what goes where it was; places as shares of the text. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(40),
  insert: fc.oneof(piece, fc.constant('copy'), fc.constant('')),
});

/** Texts near those: a few changes of pieces of syntax. */
export function mutationsOf(texts: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([text, changes]) =>
      changes.reduce((changed, { at, length, insert }) => {
        const start = Math.floor(at * changed.length);
        const end = Math.min(changed.length, start + length);
        // What was there a second time is a key, a table or a bracket too many.
        const put = insert === 'copy' ? changed.slice(start, end).repeat(2) : insert;
        return changed.slice(0, start) + put + changed.slice(end);
      }, text),
    );
}

/** Any text at all: characters, bytes taken for text, pieces of syntax in any order. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
);

const space = fc.constantFrom('', ' ', '  ');
const lineEnd = fc.constantFrom('\n', '\n\n', ' # why\n', '\n# own line\n', '\n\t');
const value = fc.oneof(
  fc.constantFrom(
    '1',
    'true',
    '"x # no comment"',
    "'lit'",
    '"""\nmany\n"""',
    '[1, 2]',
    '[\n  "a", # one\n  "b"\n]',
    '{ x = 1 }',
    '1.5',
  ),
  fc.integer().map(String),
);
const key = fc.constantFrom('k', 'key', '"quoted key"', "'lit'", 'a-b', 'a_b', '"__proto__"', '"ä"');

const assignments = fc
  .uniqueArray(fc.tuple(key, space, value, lineEnd), {
    maxLength: 4,
    selector: ([name]) => name.replaceAll(/["']/g, ''),
  })
  .map((lines) =>
    lines
      .map(([name, gap, text, end]) => `${name}${gap}=${gap}${text}${end.startsWith('\n') ? end : `${end}`}`)
      .join(''),
  );

const entryBody = fc
  .record({
    enabled: fc.constantFrom('', 'enabled = true\n', 'enabled = false # off\n', 'enabled=true\n'),
    permissions: fc.constantFrom(
      '',
      'permissions = []\n',
      'permissions = ["log"]\n',
      'permissions = [\n  "log", # says\n  "random"\n]\n',
    ),
    config: fc.oneof(
      fc.constant(''),
      assignments.map((lines) => `[plugins.entries.config]\n${lines}`),
    ),
    before: fc.constantFrom('', '# about it\n', '\n'),
  })
  .map(
    ({ enabled, permissions, config, before }) =>
      `${before}${enabled}artifact_path = "x"\n${permissions}${config}`,
  );

/** Documents an operator may have written: our entries `a`, `b`, `c` among tables of the host. */
export const configDocuments: fc.Arbitrary<string> = fc
  .record({
    head: assignments,
    foreign: fc.oneof(
      fc.constant(''),
      assignments.map((lines) => `[host.ui]\n${lines}`),
    ),
    bodies: fc.array(entryBody, { minLength: 1, maxLength: 3 }),
    tail: fc.oneof(
      fc.constant(''),
      assignments.map((lines) => `\n[[host.list]]\n${lines}`),
      fc.constant('# the end'),
    ),
    lineBreak: fc.constantFrom('\n', '\r\n'),
  })
  .map(({ head, foreign, bodies, tail, lineBreak }) => {
    const entries = bodies.map((body, index) => `[[plugins.entries]]\nid = "${'abc'[index]}"\n${body}\n`);
    return `${head}\n${foreign}\n${entries.join('')}${tail}`.replaceAll('\n', lineBreak);
  });
