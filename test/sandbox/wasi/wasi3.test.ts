import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Prepared } from '../../../src/ports/sandbox.ts';
import { call, fixture, type Harness, openHarness, returned } from '../harness.ts';
import { openGuest, run, wasiFixture } from './guests.ts';

let harness: Harness;
let visitor: Prepared;
beforeAll(async () => {
  harness = await openHarness(1);
  visitor = await harness.bytes(await wasiFixture('visitor.wasm'));
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
});

const done = returned(undefined);
const files = { 'data/a.txt': 'alpha', 'secret.txt': 'not for it' };

test('a command for WASI 0.3 is called as run.run', () => {
  expect(visitor.exports).toEqual(['run.run']);
  expect(visitor.imports).toContain('wasi:cli/stdout@0.3');
});

describe('with nothing granted', () => {
  test.each([
    [['args', 'a b'], ['waves.scanner', 'args', 'a b'], []],
    [['env'], [], []],
    [['stdin'], ['0 and the end'], []],
    [['read', 'a.txt'], ['no directories'], []],
    [['socket'], ['error 0'], ['denied net:request:tcp ipv4']],
    [['resolve', 'internal.example'], ['error 0'], ['denied net:request:internal.example']],
  ])('"%s" tells %j', async (words, stdout, audit) => {
    const end = await run(harness, visitor, words, { environment: { A: '1' }, files });
    expect({ ...end, stderr: [], folder: '' }).toEqual({
      outcome: done,
      stdout,
      stderr: [],
      audit,
      folder: '',
    });
  });
});

describe('with grants', () => {
  /** Places of cases in `error-code` of `wasi:filesystem`. */
  const access = 0;
  const noEntry = 19;
  const notPermitted = 30;
  const reading = ['fs:read:data'];

  test('it sees the variables that are granted', async () => {
    const options = { permissions: ['env:read:A'], environment: { A: '1', B: '2' } };
    expect((await run(harness, visitor, ['env'], options)).stdout).toEqual(['A=1']);
  });

  test.each([
    ['a.txt', reading, 'alpha'],
    ['none.txt', reading, `error ${noEntry}`],
    ['../secret.txt', reading, `error ${notPermitted}`],
    ['a.txt', ['fs:list:data'], `error ${access}`],
  ])('reading "%s" with %s tells "%s"', async (path, permissions, told) => {
    const { outcome, stdout } = await run(harness, visitor, ['read', path], { permissions, files });
    expect({ outcome, stdout }).toEqual({ outcome: done, stdout: [told] });
  });

  test('a stream is appended to a file', async () => {
    const permissions = ['fs:read:data', 'fs:metadata:data', 'fs:write:data'];
    let written = '';
    const { stdout } = await run(
      harness,
      visitor,
      ['append', 'a.txt', 'more'],
      { permissions, files },
      async (folder) => {
        written = await readFile(join(folder, 'data/a.txt'), 'utf8');
      },
    );
    expect({ stdout, written }).toEqual({ stdout: ['appended'], written: 'alphamore' });
  });

  test('files that are closed make room for others', async () => {
    const limits = { fs_ops_per_second: 100_000 };
    const { stdout } = await run(harness, visitor, ['open', 'a.txt', '1100'], {
      permissions: reading,
      files,
      limits,
      deadlineMs: 60_000,
    });
    expect(stdout).toEqual(['1100 opened']);
  }, 120_000);
});

describe('streams', () => {
  test('what was written is told, though nobody waits for the end of it', async () => {
    const { outcome, stdout } = await run(harness, visitor, ['half']);
    expect({ outcome, stdout }).toEqual({ outcome: done, stdout: ['no end'] });
  });

  test('a write longer than what is taken at a time arrives whole', async () => {
    const { stdout } = await run(harness, visitor, ['write', String(64 * 3_000)], {
      limits: { log_lines_per_second: 100_000 },
    });
    expect(stdout).toEqual(Array.from({ length: 3_000 }, () => '.'.repeat(63)));
  });

  test('that are over make room for others, call after call', async () => {
    await using guest = await openGuest(harness, visitor, { words: ['args'] });
    for (let calls = 0; calls < 520; calls += 1) expect(await call(guest.instance, 'run.run')).toEqual(done);
  }, 120_000);

  test.each([
    ['units', 10, 10],
    ['units', 2 ** 28 - 1, 65_536],
    ['bytes', 16_000_000, 65_536],
  ])('of its own move %s by portions: %i asked for are %i', async (name, asked, moved) => {
    await using guest = await openGuest(harness, await harness.component(await fixture('streams.wat')));
    expect(await call(guest.instance, name, asked)).toEqual(returned(moved));
  });

  test('are a thousand at most, and the one too many ends the guest alone', async () => {
    await using neighbour = await openGuest(harness, visitor, { words: ['args'] });
    const { outcome } = await run(harness, visitor, ['streams', '1000000']);
    const limit = { name: 'waitables', reached: 1_025, allowed: 1_024 };
    expect(outcome).toMatchObject({
      outcome: 'failed',
      error: { code: 'LIMIT_REACHED', details: { limit } },
    });
    expect(await call(neighbour.instance, 'run.run')).toEqual(done);
  });
});

describe('a task', () => {
  test('that waits wakes by the clock of the broker', async () => {
    expect((await run(harness, visitor, ['wait', '20'])).stdout).toEqual(['waited']);
  });

  test('that waits past its deadline costs nobody anything', async () => {
    await using guest = await openGuest(harness, visitor, { words: ['wait', '50000'] });
    await using neighbour = await openGuest(harness, visitor, { words: ['args'] });
    const [waiting] = guest.instance.callAll([{ export: 'run.run', args: [], deadlineMs: 200 }]);
    expect(await call(neighbour.instance, 'run.run')).toEqual(done);
    expect(await waiting).toMatchObject({ outcome: 'failed', error: { code: 'CALL_DEADLINE' } });
    await using after = await openGuest(harness, visitor, { words: ['args'] });
    expect(after.instance.cell).toBe(neighbour.instance.cell);
    expect(await call(after.instance, 'run.run')).toEqual(done);
  });

  test('that never ends is ended by its fuel, and neighbours have their turns meanwhile', async () => {
    await using guest = await openGuest(harness, visitor, {
      words: ['spin'],
      limits: { fuel_per_call: 2_000_000_000 },
    });
    await using neighbour = await openGuest(harness, visitor, { words: ['args'] });
    const [spinning] = guest.instance.callAll([{ export: 'run.run', args: [], deadlineMs: 60_000 }]);
    expect(await call(neighbour.instance, 'run.run')).toEqual(done);
    expect(await spinning).toMatchObject({ outcome: 'failed', error: { code: 'FUEL_EXHAUSTED' } });
    expect(await call(neighbour.instance, 'run.run')).toEqual(done);
  });
});
