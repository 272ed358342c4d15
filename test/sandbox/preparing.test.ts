import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { type Harness, never, openHarness } from './harness.ts';

describe('preparing', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(async () => {
    await harness[Symbol.asyncDispose]();
  });

  const answering = (answer: number): string => `(component
    (core module $m (func (export "answer") (result i32) (i32.const ${answer})))
    (core instance $i (instantiate $m))
    (func (export "answer") (result u32) (canon lift (core func $i "answer"))))`;
  const preparedFrom = (): readonly string[] =>
    harness.events.flatMap((event) => (event.type === 'prepared' ? [event.from] : []));

  test('translates once, reads the cache in the next process, and makes a damaged file anew', async () => {
    const first = await harness.component(answering(1));
    await harness.component(answering(1));
    expect(preparedFrom()).toEqual(['translation']);

    const cacheFolder = join(harness.folder, 'cache');
    const [file = ''] = await readdir(cacheFolder);
    const openAgain = async (): Promise<string[]> => {
      const from: string[] = [];
      await using sandbox = createSandbox({
        cacheFolder,
        onEvent: (event) => {
          if (event.type === 'prepared') from.push(event.from);
        },
      });
      const component = {
        kind: 'component',
        file: join(harness.folder, `${first.digest}.wasm`),
        fileDigest: first.digest,
      } as const;
      const manifest = { id: 'a', version: '1.0.0', kind: 'component', entry: 'a.wasm' } as const;
      const artifact = { manifest, isDeclared: false, digest: first.digest, watchPaths: [], code: component };
      expect(await sandbox.prepare(artifact, never)).toEqual(first);
      return from;
    };
    expect(await openAgain()).toEqual(['cache']);

    const torn = await readFile(join(cacheFolder, file));
    torn[torn.length - 10] = (torn[torn.length - 10] ?? 0) ^ 1;
    await writeFile(join(cacheFolder, file), torn);
    expect(await openAgain()).toEqual(['translation']);
    await writeFile(join(cacheFolder, file), torn.subarray(0, 100));
    expect(await openAgain()).toEqual(['translation']);
    expect(await readdir(cacheFolder)).toEqual([file]);
  });

  test('what is refused costs the next one nothing', async () => {
    await expect(harness.bytes(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'ARTIFACT_INVALID' });
    const lying = `(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
      (func (export "f") (canon lift (core func $i "f"))))`;
    const prepared = await harness.component(lying);
    expect(prepared.exports).toEqual(['f']);
  });

  test('a component that does not validate is refused with the reason', async () => {
    // A well-formed head and an export of a function that does not exist.
    const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, 13, 0, 1, 0, 11, 7, 1, 0, 1, 0x66, 1, 5, 0]);
    await expect(harness.bytes(bytes)).rejects.toMatchObject({ code: 'PREPARE_FAILED' });
  });

  test('a file that is not what its digest says is refused', async () => {
    const prepared = await harness.component(answering(2));
    const file = join(harness.folder, `${prepared.digest}.wasm`);
    await using sandbox = createSandbox({ cacheFolder: join(harness.folder, 'other') });
    await writeFile(file, 'swapped');
    const manifest = { id: 'a', version: '1.0.0', kind: 'component', entry: 'a.wasm' } as const;
    const code = { kind: 'component', file, fileDigest: prepared.digest } as const;
    await expect(
      sandbox.prepare({ manifest, isDeclared: false, digest: prepared.digest, watchPaths: [], code }, never),
    ).rejects.toMatchObject({ code: 'ARTIFACT_INVALID' });
  });
});
