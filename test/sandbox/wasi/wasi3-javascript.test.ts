import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jco } from '../../../src/build/jco.ts';
import type { Prepared } from '../../../src/ports/sandbox.ts';
import { type Harness, openHarness, returned } from '../harness.ts';
import { run } from './guests.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/wasi/${name}`, import.meta.url));

let harness: Harness;
let reader: Prepared;
/** Built as its author would: several components in one, each with tables of its own. */
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-reader-'));
  try {
    const built = join(folder, 'reader.wasm');
    const world = ['--wit', fixture('visitor.wit'), '--world-name', 'visitor'];
    await jco('componentize', fixture('reader.js'), ...world, '--backend', 'qjs', '--out', built);
    harness = await openHarness(1);
    reader = await harness.bytes(await readFile(built));
  } finally {
    await rm(folder, { recursive: true });
  }
}, 120_000);
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
});

test.each([
  ['a.txt', ['fs:read:data'], 'alpha'],
  ['none.txt', ['fs:read:data'], 'error {"payload":{"tag":"no-entry"}}'],
  ['../secret.txt', ['fs:read:data'], 'error {"payload":{"tag":"not-permitted"}}'],
  ['a.txt', ['fs:list:data'], 'error {"payload":{"tag":"access"}}'],
])('a component of JavaScript that opens "%s" with %s tells "%s"', async (path, permissions, told) => {
  const files = { 'data/a.txt': 'alpha', 'secret.txt': 'not for it' };
  const { outcome, stdout } = await run(harness, reader, [path], { permissions, files });
  expect({ outcome, stdout }).toEqual({ outcome: returned(undefined), stdout: [told] });
});
