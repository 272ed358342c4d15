/**
 * Runs the cases of toml-lang/toml-test through our reader, and texts near them through the whole of the config and its edits.
 * `node test/corpora/toml.ts FOLDER`, its folder `tests`; `SOAK=100` for a hundred times as many mutations.
 * @see https://github.com/toml-lang/toml-test
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { applyEdit } from '../../src/config/edit.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { readToml } from '../../src/config/toml.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { sourceText } from '../../src/core/source-text.ts';
import { codeOr } from '../support/code-or.ts';
import { scaled, seed } from '../support/scale.ts';
import { mutationsOf } from '../support/toml-texts.ts';

const [, , folder = '.'] = process.argv;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** What holds in TOML 1.1: some of what 1.0 refused is valid now. */
const names = readFileSync(join(folder, 'files-toml-1.1.0'), 'utf8').split('\n').filter(Boolean);
const totals = { valid: 0, invalid: 0, notText: 0, mutations: 0 };
const notes: string[] = [];
const problems: string[] = [];
const texts: string[] = [];

for (const name of names.filter((each) => each.startsWith('valid/') && each.endsWith('.toml'))) {
  totals.valid += 1;
  const text = textOf(name) ?? '';
  texts.push(text);
  const expected = asValue(JSON.parse(readFileSync(join(folder, name.replace(/toml$/, 'json')), 'utf8')));
  const found = readOrCode(text);
  if (typeof found === 'string') notes.push(`${name}: refused`);
  else if (!isDeepStrictEqual(plain(found), expected))
    notes.push(`${name}: reads ${JSON.stringify(plain(found))}, not ${JSON.stringify(expected)}`);
}
for (const name of names.filter((each) => each.startsWith('invalid/'))) {
  totals.invalid += 1;
  const text = textOf(name);
  if (text === undefined) totals.notText += 1;
  else {
    texts.push(text);
    if (typeof readOrCode(text) !== 'string') notes.push(`${name}: accepted`);
  }
}
if (texts.length > 0) mutate();

process.stdout.write(`${JSON.stringify(totals)} seed ${seed}\n`);
for (const note of notes) process.stdout.write(`note: ${note}\n`);
for (const problem of problems) process.stdout.write(`CRASHES ${problem}\n`);
process.exitCode = problems.length === 0 && totals.valid > 0 ? 0 : 1;

/** Whatever the text, it is read or refused; then it is edited or refused. */
function mutate(): void {
  const id = parsePluginId('a');
  const entry = '\n[[plugins.entries]]\nid = "a"\nartifact_path = "x"\n';
  for (const text of fc.sample(mutationsOf(texts), { numRuns: scaled(5_000), seed })) {
    totals.mutations += 1;
    try {
      parseConfig(text, '/x.toml');
      codeOr(() => applyEdit(text + entry, '/x.toml', { change: 'set-config', id, key: 'k', value: 1 }));
    } catch (error) {
      problems.push(`${JSON.stringify(text)}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
}

function textOf(name: string): string | undefined {
  try {
    return utf8.decode(readFileSync(join(folder, name)));
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function readOrCode(text: string): unknown {
  return codeOr(() => readToml(sourceText(text, '/x.toml')));
}

/** The tagged JSON of the cases, as we say it: see `Value` in src/config/toml.ts. */
function asValue(tagged: unknown): unknown {
  if (Array.isArray(tagged)) return tagged.map(asValue);
  if (typeof tagged !== 'object' || tagged === null) return tagged;
  const { type, value } = tagged as Record<string, unknown>;
  if (typeof type !== 'string' || typeof value !== 'string') {
    return Object.fromEntries(Object.entries(tagged).map(([key, part]) => [key, asValue(part)]));
  }
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case 'float':
      return /^[+-]?(inf|nan)$/.test(value) ? value.replace(/^\+|^-(?=nan)/, '') : Number(value);
    case 'bool':
      return value === 'true';
    case 'string':
      return value;
    default:
      return sameTime(value);
  }
}

/** What we read, without prototypes that differ and with times in one spelling. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'string') return sameTime(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

/** Zeros at the end of a fraction say nothing, and smol-toml counts milliseconds. */
function sameTime(text: string): string {
  return text.replace(/(?<=\d\d:\d\d:\d\d)\.(\d{1,3})\d*/, (_fraction, digits: string) => {
    const told = digits.replace(/0+$/, '');
    return told === '' ? '' : `.${told}`;
  });
}
