import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { applyEdit } from '../../src/config/edit.ts';
import { parsePluginId } from '../../src/core/ids.ts';

const file = '/host/app.toml';
const corpusFolder = new URL('../fixtures/config/ugly/', import.meta.url);
const corpus = readdirSync(corpusFolder).map((name) => readFileSync(new URL(name, corpusFolder), 'utf8'));

describe('over a corpus of ugly files', () => {
  const ids = ['a.first', 'b.second', 'c.third'].map(parsePluginId);
  const anyId = fc.constantFrom(...ids);
  const anyText = fc.constantFrom(...corpus, ...corpus.map((text) => text.replaceAll('\n', '\r\n')));
  const permissions = ['log', 'fs:list:x', 'fs:list:waves', 'random', 'net:request:https://a.example'];

  /** The text without each `enabled` and the comma or line break before it, however it is written. */
  const withoutToggles = (text: string) =>
    text.replaceAll(/(\r?\n[ \t]*|, ?)["']?enabled["']? ?= ?(true|false)/g, '');

  test('toggles keep every other byte', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.array(fc.tuple(anyId, fc.boolean()), { minLength: 1, maxLength: 6 }),
        (text, toggles) => {
          const result = toggles.reduce(
            (before, [toggled, enabled]) =>
              applyEdit(before, file, { change: 'set-enabled', id: toggled, enabled }).text,
            text,
          );
          expect(withoutToggles(result)).toBe(withoutToggles(text));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('any edits in any order give exactly the data that was meant', () => {
    const anyChange = fc.oneof(
      fc.record({ change: fc.constant('set-enabled' as const), id: anyId, enabled: fc.boolean() }),
      fc.record({
        change: fc.constant('set-config' as const),
        id: anyId,
        key: fc.oneof(
          fc.constantFrom('fresh', 'list', 'one'),
          fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }),
        ),
        value: fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes('null')),
      }),
      fc.record({
        change: fc.constant('grant' as const),
        id: anyId,
        permissions: fc.uniqueArray(fc.constantFrom(...permissions), { minLength: 1 }),
      }),
      fc.record({
        change: fc.constant('grant' as const),
        id: anyId,
        permissions: fc.constant(['env:read:A', 'env:read:B']),
        lease: fc.record({ grantedAt: fc.nat(1e12), calls: fc.integer({ min: 1, max: 9 }) }),
      }),
      fc.record({
        change: fc.constant('revoke' as const),
        id: anyId,
        permissions: fc.oneof(
          fc.uniqueArray(fc.constantFrom(...permissions, 'env:read:A'), { minLength: 1 }),
          fc.constant('all' as const),
        ),
      }),
      fc.record({ change: fc.constant('approve' as const), id: anyId, wants: fc.constantFrom('0', 'f') }),
    );
    fc.assert(
      fc.property(anyText, fc.array(anyChange, { maxLength: 5 }), (text, edits) => {
        const comments = (source: string) => source.match(/#.*/g);
        const result = edits.reduce((before, edit) => applyEdit(before, file, edit).text, text);
        expect(result.split('\r\n').length > 1).toBe(text.includes('\r\n'));
        expect(Object.keys(parse(result))).toEqual(Object.keys(parse(text)));
        if (edits.every(({ change }) => change !== 'set-config'))
          expect(comments(result)).toEqual(comments(text));
        for (const edit of edits.slice(-1)) expect(applyEdit(result, file, edit).isChanged).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});
