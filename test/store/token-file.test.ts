import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/core/fingerprint.ts';
import { openTokenFile } from '../../src/store/token-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-tokens-'));
  file = join(folder, 'state', 'tokens.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (now: number) => ({ now: () => now });

describe('the token file', () => {
  test('is empty while there is none', async () => {
    const tokens = openTokenFile(file, at(0));
    expect([await tokens.list(), await tokens.verify(`sbx_${'a'.repeat(43)}`)]).toEqual([[], undefined]);
  });

  test('holds the hash of a token and never the token', async () => {
    const { token, record } = await openTokenFile(file, at(5)).create({ name: 'ci', scopes: ['read'] });
    const text = await readFile(file, 'utf8');
    expect(token).toMatch(/^sbx_[A-Za-z0-9_-]{43}$/);
    expect(text).not.toContain(token.slice(4));
    expect(JSON.parse(text)).toEqual({ version: 1, tokens: [{ ...record, hash: sha256(token) }] });
    expect(record).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      name: 'ci',
      scopes: ['read'],
      createdAt: 5,
    });
  });

  test('belongs to its owner alone', async () => {
    const tokens = openTokenFile(file, at(0));
    await tokens.create({ name: 'a', scopes: ['read'] });
    await tokens.create({ name: 'b', scopes: ['read'] });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await chmod(file, 0o640);
    await expect(tokens.list()).rejects.toMatchObject({
      code: 'STORE_FAILED',
      hint: `Run "chmod 600 ${file}"`,
    });
  });

  test('knows its own tokens, and what another process adds and revokes', async () => {
    const here = openTokenFile(file, at(0));
    const elsewhere = openTokenFile(file, at(0));
    const first = await here.create({ name: 'first', scopes: ['admin'] });
    const second = await elsewhere.create({ name: 'second', scopes: ['read', 'write'] });
    expect(await here.verify(second.token)).toEqual(second.record);
    expect(await elsewhere.revoke(first.record.id)).toEqual(first.record);
    expect(await here.verify(first.token)).toBeUndefined();
    expect(await here.revoke(first.record.id)).toBeUndefined();
    expect(await here.list()).toEqual([second.record]);
  });

  test('loses none of those made at the same time', async () => {
    const made = await Promise.all(
      [0, 1, 2].map((each) => openTokenFile(file, at(0)).create({ name: `${each}`, scopes: ['read'] })),
    );
    const names = (await openTokenFile(file, at(0)).list()).map(({ name }) => name);
    expect(names.toSorted()).toEqual(made.map(({ record }) => record.name));
  });

  test('knows no token past its time', async () => {
    const { token, record } = await openTokenFile(file, at(0)).create({
      name: 'short',
      scopes: ['read'],
      expiresAt: 100,
    });
    expect(await openTokenFile(file, at(99)).verify(token)).toEqual(record);
    expect(await openTokenFile(file, at(100)).verify(token)).toBeUndefined();
  });

  test.each(['', 'sbx_', 'sbx_short', `sbx_${'a'.repeat(43)}`, `sbx_${'a'.repeat(4_300)}`, 'x\0y'])(
    'does not know %j',
    async (token) => {
      const tokens = openTokenFile(file, at(0));
      await tokens.create({ name: 'a', scopes: ['read'] });
      expect(await tokens.verify(token)).toBeUndefined();
    },
  );

  test.each(['{', '[]', '{"version":2,"tokens":[]}', '{"version":1,"tokens":[{"id":"x"}]}'])(
    'lets nobody in when it says %s',
    async (text) => {
      const tokens = openTokenFile(file, at(0));
      const { token } = await tokens.create({ name: 'a', scopes: ['read'] });
      await writeFile(file, text);
      await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    },
  );
});
