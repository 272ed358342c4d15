import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEdit, type ConfigEdit } from '../../src/config/edit.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { parseManifest } from '../../src/manifest/parse.ts';
import { codeOr } from '../support/code-or.ts';
import { hostileToml } from '../support/corpora.ts';
import { fuzz } from '../support/fuzz.ts';
import { anyText, configDocuments, configFixtures, mutationsOf } from '../support/toml-texts.ts';

const file = '/host/app.toml';
const id = parsePluginId('a');
/** Frames show five lines of a hundred columns: a megabyte of config must not come back as a megabyte of error. */
const maxFrameChars = 1_000;

/** Throws for whatever is neither a document nor one of our errors. */
function checkParse(text: string): void {
  const parse = parseConfig(text, file);
  expect(parseConfig(text, file)).toEqual(parse);
  if (parse.outcome === 'document') {
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['b']).toBeUndefined();
    return;
  }
  expect(['CONFIG_SYNTAX', 'CONFIG_INVALID', 'CONFIG_TOO_NEW']).toContain(parse.error.code);
  expect(parse.error.location?.frame?.length ?? 0).toBeLessThanOrEqual(maxFrameChars);
}

describe('a config file', () => {
  fuzz('of any text is a document or a located error', 1_500, fc.property(anyText, checkParse));
  fuzz(
    'that was damaged is a document or a located error',
    1_500,
    fc.property(mutationsOf(configFixtures), checkParse),
  );

  test.each(hostileToml)('that %s is refused', (_trick, texts) => {
    expect(
      texts.filter((text) => parseConfig(text, file).outcome === 'document').map((text) => text.slice(0, 80)),
    ).toEqual([]);
    for (const text of texts) checkParse(text);
  });
});

describe('a manifest', () => {
  const manifest =
    'id = "a.b"\nversion = "1.0.0"\nkind = "script"\nentry = "a.ts"\napi = "0.1"\n[[permissions]]\nwant = "log"\nreason = "r"\n[[dependencies]]\nid = "c"\nversion = "^1"\n[config_schema]\ntype = "object"\n';
  const check = (text: string): void => {
    const outcome = codeOr(() => parseManifest(text, '/p/plugin.toml'));
    if (typeof outcome === 'string') expect(outcome).toBe('MANIFEST_INVALID');
  };
  fuzz('of any text is a manifest or MANIFEST_INVALID', 1_000, fc.property(anyText, check));
  fuzz(
    'that was damaged is a manifest or MANIFEST_INVALID',
    1_500,
    fc.property(mutationsOf([manifest]), check),
  );

  test.each(hostileToml)('that %s is refused', (_trick, texts) => {
    expect(texts.map((text) => codeOr(() => parseManifest(text, '/p/plugin.toml')))).toEqual(
      texts.map(() => 'MANIFEST_INVALID'),
    );
  });
});

const setting = fc.record({
  change: fc.constant('set-config' as const),
  id: fc.constant(id),
  key: fc.oneof(fc.constantFrom('k', 'new key', 'a-b', '__proto__'), fc.string({ maxLength: 6 })),
  value: fc.jsonValue({ maxDepth: 2 }),
});
const otherEdit = fc.constantFrom<ConfigEdit>(
  { change: 'set-enabled', id, enabled: true },
  { change: 'set-enabled', id, enabled: false },
  { change: 'grant', id, permissions: ['time:read'] },
  { change: 'grant', id, permissions: ['fs:read:a "b"'] },
  { change: 'revoke', id, permissions: ['log'] },
  { change: 'add-entry', id: parsePluginId('new.one'), artifactPath: 'dir/with "quotes"', enabled: false },
  { change: 'remove-entry', id },
  { change: 'remove-config', id, key: 'k' },
  {
    change: 'several',
    edits: [
      { change: 'set-enabled', id, enabled: true },
      { change: 'set-config', id, key: 'k', value: 1 },
      { change: 'grant', id, permissions: ['time:read'] },
    ],
  },
);

describe('an edit', () => {
  const documents = fc.oneof(
    configDocuments,
    fc.constantFrom(...configFixtures),
    mutationsOf(configFixtures),
  );

  fuzz(
    'is made once, or refused by one of our errors',
    1_500,
    fc.property(documents, fc.oneof(setting, otherEdit), (text, edit) => {
      const result = codeOr(() => applyEdit(text, file, edit));
      if (typeof result === 'string') return;
      if (!result.isChanged) expect(result.text).toBe(text);
      // What is there is not added again, what is gone is not removed again.
      if (edit.change === 'add-entry' || edit.change === 'remove-entry') return;
      expect(applyEdit(result.text, file, edit)).toEqual({ text: result.text, isChanged: false });
    }),
  );

  fuzz(
    'that adds takes nothing away',
    1_000,
    fc.property(
      configDocuments,
      otherEdit.filter(({ change }) => change.startsWith('add-')),
      (text, edit) => {
        const result = codeOr(() => applyEdit(text, file, edit));
        if (typeof result !== 'string') expect(isSubsequence(text, result.text)).toBe(true);
      },
    ),
  );

  fuzz(
    'that is undone leaves the text as it was, byte for byte',
    1_000,
    fc.property(configDocuments, (text) => {
      const on = codeOr(() => applyEdit(text, file, { change: 'set-enabled', id, enabled: true }));
      if (typeof on === 'string') return;
      const off = applyEdit(on.text, file, { change: 'set-enabled', id, enabled: false }).text;
      expect(applyEdit(off, file, { change: 'set-enabled', id, enabled: true }).text).toBe(on.text);
      expect(off.length).toBe(on.text.length + 'false'.length - 'true'.length);
    }),
  );
});

/** Whether `part` is left when some characters of `whole` are struck out. */
function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (part.startsWith(character, at)) at += character.length;
  return at === part.length;
}
