import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { parseManifest } from '../../src/manifest/parse.ts';

describe('an error', () => {
  test('quotes no more than a person reads, and cuts no character in two', () => {
    const { message, hint } = new SignalboxError('INTERNAL', `a${'👩'.repeat(2_000)}`, {
      hint: 'h'.repeat(5_000),
    });
    expect([message.length, message.endsWith('…'), message.isWellFormed()]).toEqual([2_000, true, true]);
    expect(hint).toBe(`${'h'.repeat(1_999)}…`);
  });

  test('of usual length is told as it is', () => {
    const { message, hint } = new SignalboxError('INTERNAL', 'Short', { hint: 'Do that' });
    expect({ message, hint }).toEqual({ message: 'Short', hint: 'Do that' });
  });

  test('about a huge value of somebody else is not huge itself', () => {
    const text = `id = "a"\nversion = "${'1'.repeat(50_000)}"\nkind = "script"\nentry = "a.ts"\n`;
    expect(() => parseManifest(text, '/plugin.toml')).toThrow(/^.{0,2000}$/);
  });
});
