import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { applyEdit, type ConfigEdit } from '../../src/config/edit.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import { parsePluginId } from '../../src/core/ids.ts';

const file = '/host/app.toml';
const edit: ConfigEdit = {
  change: 'add-entry',
  id: parsePluginId('new'),
  artifactPath: 'plugins/new',
  enabled: true,
};
const block = '[[plugins.entries]]\nid = "new"\nenabled = true\nartifact_path = "plugins/new"';
const first = '[[plugins.entries]] # one\nid = "a"\nartifact_path = "x"';

function added(text: string): string {
  return applyEdit(text, file, edit).text;
}

describe('a new entry', () => {
  test.each([
    ['stands alone in an empty file', '', `${block}\n`],
    [
      'stands at the end where there is no plugin',
      '[ui]\nx = 1\n# end\n',
      `[ui]\nx = 1\n# end\n\n${block}\n`,
    ],
    ['stands at the end of a file without a last line break', '[ui]\nx = 1', `[ui]\nx = 1\n\n${block}`],
    ['stands before the empty lines at the end', '[ui]\n\n\n', `[ui]\n\n${block}\n\n\n`],
    [
      'stands behind [plugins]',
      '[plugins]\nschema_version = 1 # s\n',
      `[plugins]\nschema_version = 1 # s\n\n${block}\n`,
    ],
    ['stands behind dotted keys', 'plugins.schema_version = 1\n', `plugins.schema_version = 1\n\n${block}\n`],
    ['stands behind the last entry', `${first}\n\n[ui]\nx = 1\n`, `${first}\n\n${block}\n\n[ui]\nx = 1\n`],
    [
      'stands behind the tables of the last entry',
      `${first}\n[plugins.entries.config]\n[ui]\n`,
      `${first}\n[plugins.entries.config]\n\n${block}\n[ui]\n`,
    ],
    [
      'leaves a comment with the entry it follows',
      `${first}\n# isolation = "own"\n\n# the page\n[ui]\n`,
      `${first}\n# isolation = "own"\n\n${block}\n\n# the page\n[ui]\n`,
    ],
    [
      'stands behind a value of several lines',
      `${first}\npermissions = [\n  "log",\n] # p\n`,
      `${first}\npermissions = [\n  "log",\n] # p\n\n${block}\n`,
    ],
  ])('%s', (_name, before, after) => {
    expect(added(before)).toBe(after);
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    if (before.includes('\n')) expect(added(crlf(before))).toBe(crlf(after));
    if (before !== '') expect(added(`\uFEFF${before}`)).toBe(`\uFEFF${after}`);
  });

  test('is enabled and may do nothing', () => {
    const parse = parseConfig(added(first), file);
    expect(parse).toMatchObject({
      outcome: 'document',
      document: {
        entries: [{ id: 'a' }, { id: 'new', enabled: true, artifactPath: 'plugins/new', permissions: [] }],
        rejected: [],
      },
    });
  });

  test.each([
    ['CONFIG_EDIT_REFUSED', 'the id is taken', first.replace('"a"', '"new"')],
    ['CONFIG_EDIT_REFUSED', 'entries are written inline', 'plugins.entries = [{ id = "a" }]\n'],
    ['CONFIG_EDIT_REFUSED', 'plugins are written inline', 'plugins = { schema_version = 1 }\n'],
    ['CONFIG_EDIT_REFUSED', 'plugins are something else', 'plugins = 1\n'],
    ['CONFIG_TOO_NEW', 'the file is of a newer release', '[plugins]\nschema_version = 9\n'],
    ['CONFIG_SYNTAX', 'the file is broken', '[plugins\n'],
  ])('is refused with %s when %s', (code, _why, text) => {
    let thrown: unknown;
    try {
      added(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown instanceof SignalboxError ? thrown.code : thrown).toBe(code);
  });

  const corpus = new URL('../fixtures/config/ugly/', import.meta.url);
  test.each(readdirSync(corpus))('keeps every other byte of %s, or is refused', (name) => {
    const text = readFileSync(new URL(name, corpus), 'utf8');
    try {
      const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
      expect(added(text).replace(lineBreak.repeat(2) + block.replaceAll('\n', lineBreak), '')).toBe(text);
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error;
      expect([name, error.code]).toEqual([name, 'CONFIG_EDIT_REFUSED']);
      expect(text).toMatch(/entries ?= ?\[|plugins ?= ?\{/);
    }
  });
});
