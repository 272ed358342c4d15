import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { applyEdit, type ConfigEdit } from '../../src/config/edit.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { documentOf, file } from './reading.ts';

const a = parsePluginId('a');
const removeA: ConfigEdit = { change: 'remove-entry', id: a };
const entryA = '[[plugins.entries]] # one\nid = "a"\nartifact_path = "x"\n';
const entryB = '[[plugins.entries]]\nid = "b"\nartifact_path = "y"\n';

const edited = (text: string, edit: ConfigEdit): string => applyEdit(text, file, edit).text;

describe('a removed entry', () => {
  test.each([
    ['leaves what stands around it', `# mine\n[ui]\n\n${entryA}\n${entryB}`, `# mine\n[ui]\n\n${entryB}`],
    ['goes from the end with the empty lines before it', `${entryB}\n\n${entryA}`, entryB],
    ['leaves nothing where there was nothing else', entryA, '\n'],
    [
      'takes its tables along, and what stands between them',
      `${entryA}# about the config\n[plugins.entries.config]\nk = 1 # k\n\n${entryB}`,
      entryB,
    ],
    [
      'leaves a table of somebody else between its own',
      `${entryA}[ui]\nx = 1\n[plugins.entries.config]\nk = 1\n\n${entryB}`,
      `[ui]\nx = 1\n${entryB}`,
    ],
    [
      'leaves the comment before it, which may be about more',
      `# all\n${entryA}${entryB}`,
      `# all\n${entryB}`,
    ],
    ['leaves the comment before the next', `${entryA}\n# second\n${entryB}`, `# second\n${entryB}`],
    [
      'goes from an inline list',
      'plugins.entries = [{id="a", artifact_path="x"}, {id="b", artifact_path="y"}]\n',
      'plugins.entries = [{id="b", artifact_path="y"}]\n',
    ],
  ])('%s', (_name, before, after) => {
    expect(edited(before, removeA)).toBe(after);
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    expect(edited(crlf(before), removeA)).toBe(crlf(after));
    expect(edited(`\uFEFF${before}`, removeA)).toBe(`\uFEFF${after}`);
  });

  test('is gone from every text of the corpus that has it, or the edit is refused', () => {
    const folder = new URL('../fixtures/config/ugly/', import.meta.url);
    for (const name of readdirSync(folder)) {
      const text = readFileSync(new URL(name, folder), 'utf8');
      for (const { id } of documentOf(text).entries) {
        const others = documentOf(text).entries.filter((entry) => entry.id !== id);
        try {
          expect(documentOf(edited(text, { change: 'remove-entry', id })).entries).toEqual(others);
        } catch (error) {
          if (!(error instanceof SignalboxError)) throw error;
          expect(error.code).toBe('CONFIG_EDIT_REFUSED');
        }
      }
    }
  });
});

describe('a removed setting', () => {
  test.each([
    ['a line of its table', 'config]\nk = 1\nj = 2\n', 'config]\nj = 2\n'],
    ['a line whose comment stays', 'config]\nk = 1 # why\n', 'config]\n # why\n'],
    ['one that is not there', 'config]\nj = 2\n', 'config]\nj = 2\n'],
  ])('is %s', (_name, before, after) => {
    const head = `${entryA}[plugins.entries.`;
    expect(edited(head + before, { change: 'remove-config', id: a, key: 'k' })).toBe(head + after);
  });

  test('is a member of an inline table', () => {
    const text = `${entryA}config = { k = 1, j = 2 }\n`;
    expect(edited(text, { change: 'remove-config', id: a, key: 'k' })).toBe(`${entryA}config = { j = 2 }\n`);
  });
});

describe('several changes', () => {
  test('are one save', () => {
    const both = edited(entryA, {
      change: 'several',
      edits: [
        { change: 'set-enabled', id: a, enabled: true },
        { change: 'set-config', id: a, key: 'k', value: 1 },
      ],
    });
    expect(documentOf(both).entries).toMatchObject([{ id: 'a', enabled: true, config: { k: 1 } }]);
  });

  test('are all refused when one is', () => {
    expect(() =>
      applyEdit(entryA, file, {
        change: 'several',
        edits: [
          { change: 'set-enabled', id: a, enabled: true },
          { change: 'set-config', id: a, key: 'k', value: null },
        ],
      }),
    ).toThrow(expect.objectContaining({ code: 'CONFIG_EDIT_REFUSED' }));
  });
});
