import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { fixture, openHarness } from '../sandbox/harness.ts';
import { fuzz } from '../support/fuzz.ts';
import { insertPair, readPairs } from './pair-rows.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-damaged-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a database file', () => {
  const file = () => join(folder, 'state.sqlite');
  let sound: Buffer;
  beforeAll(async () => {
    {
      await using database = await openDatabase(file());
      for (let number = 0; number < 20; number++) await database.transact(insertPair(number * 997));
    }
    sound = await readFile(file());
  });

  const damage = fc.record({
    at: fc.oneof(fc.nat(200), fc.nat(1_000_000)),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
    cut: fc.boolean(),
  });

  fuzz(
    'that was damaged is refused as STORE_FAILED, or still gives rows',
    20,
    fc.asyncProperty(damage, async ({ at, bytes, cut }) => {
      const place = at % sound.length;
      const damaged = Buffer.from(cut ? sound.subarray(0, place) : sound);
      damaged.set(bytes.subarray(0, damaged.length - place), Math.min(place, damaged.length));
      for (const ending of ['-wal', '-shm']) await rm(`${file()}${ending}`, { force: true });
      await writeFile(file(), damaged);
      try {
        await using database = await openDatabase(file());
        await readPairs(database);
        await database.transact(insertPair(1_000_003));
      } catch (error) {
        expect(error).toMatchObject({ code: 'STORE_FAILED', message: expect.stringContaining(file()) });
      }
    }),
  );
});

describe('the cache of prepared programs', () => {
  test('that is damaged while the runtime lives is made anew when a cell needs it', async () => {
    await using harness = await openHarness();
    const probe = await harness.component(await fixture('probe.wat'));
    const cache = join(harness.folder, 'cache');
    const [name = ''] = await readdir(cache);
    await writeFile(join(cache, name), 'torn');
    await expect(harness.instantiate(probe)).rejects.toMatchObject({
      code: 'INTERNAL',
      hint: expect.stringContaining('prepared again'),
    });
    const again = await harness.component(await fixture('probe.wat'));
    const instance = await harness.instantiate(again);
    expect(instance.exports).toContain('probe.add');
  });
});
