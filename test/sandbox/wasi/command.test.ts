import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Prepared } from '../../../src/ports/sandbox.ts';
import { call, type Harness, openHarness, returned } from '../harness.ts';
import { exited, openGuest, run, wasiFixture } from './guests.ts';

let harness: Harness;
let probe: Prepared;
let words: Prepared;
beforeAll(async () => {
  harness = await openHarness(1);
  probe = await harness.bytes(await wasiFixture('probe.wasm'));
  words = await harness.bytes(await wasiFixture('words.wasm'));
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
});

const done = returned(undefined);

test('a command of another toolchain is called as run.run', () => {
  expect(probe.exports).toEqual(['run.run']);
  expect(probe.imports).toContain('wasi:cli/stdout');
});

describe('a program of Rust', () => {
  test('has its arguments, a hash table, and a log as its stdout', async () => {
    const { outcome, stdout } = await run(harness, words, ['b', 'a', 'b']);
    expect({ outcome, stdout }).toEqual({ outcome: done, stdout: ['a: 1', 'b: 2'] });
  });

  test('reads what it was granted, by a variable it was granted', async () => {
    const { stdout } = await run(harness, words, ['a'], {
      permissions: ['fs:read:data', 'fs:metadata:data', 'env:read:DATA'],
      environment: { DATA: 'data/a.txt', SECRET: 'not for it' },
      files: { 'data/a.txt': 'alpha\n' },
    });
    expect(stdout).toEqual(['a: 1', 'alpha']);
  });

  test('panics with its message in the log, and its cell goes on', async () => {
    const { outcome, stderr } = await run(harness, words, []);
    expect(outcome).toMatchObject({ outcome: 'failed', error: { code: 'GUEST_TRAPPED' } });
    expect(stderr[0]).toContain('nothing to count');
    expect((await run(harness, words, ['a'])).stdout).toEqual(['a: 1']);
  });
});

describe('arguments and variables', () => {
  test('the first argument is the id, the others are those of the config', async () => {
    const { stdout } = await run(harness, probe, ['args', '-v', 'x y']);
    expect(stdout).toEqual(['waves.scanner', 'args', '-v', 'x y']);
  });

  test('of the environment a guest sees what is granted by name, and the audit tells it', async () => {
    const { stdout, audit } = await run(harness, probe, ['env'], {
      permissions: ['env:read:A', 'env:read:ABSENT'],
      environment: { A: '1', B: '2' },
    });
    expect(stdout).toEqual(['A=1']);
    expect(audit).toEqual(['used env:read:A']);
  });

  test('without a grant it sees nothing, and the audit tells that it asked', async () => {
    await using guest = await openGuest(harness, probe, {
      permissions: ['log'],
      words: ['env'],
      environment: { A: '1' },
    });
    await call(guest.instance, 'run.run');
    expect(guest.wired.logs).toEqual([]);
    expect(guest.wired.audit).toContainEqual(
      expect.objectContaining({ decision: 'denied', permission: 'env:read:*' }),
    );
  });
});

describe('an exit', () => {
  test('is a failed call with the status in the error, and the end of the instance alone', async () => {
    await using guest = await openGuest(harness, probe, { words: ['exit'] });
    await using neighbour = await openGuest(harness, probe, { words: ['args'] });
    expect(await call(guest.instance, 'run.run')).toMatchObject(exited(1));
    expect((await guest.instance.closed)?.code).toBe('GUEST_EXITED');
    expect(await call(neighbour.instance, 'run.run')).toEqual(done);
  });

  test('an abort is a trap', async () => {
    const { outcome } = await run(harness, probe, ['abort']);
    expect(outcome).toMatchObject({ outcome: 'failed', error: { code: 'GUEST_TRAPPED' } });
  });
});

describe('output', () => {
  test('stdout is info, stderr warn, and a line without an end is told when the call ends', async () => {
    const { stdout, stderr } = await run(harness, probe, ['half']);
    expect({ stdout, stderr }).toEqual({ stdout: ['no end'], stderr: ['of this'] });
  });

  test('a long line is cut at what the log takes', async () => {
    const { stdout } = await run(harness, probe, ['long-line']);
    expect(stdout.map(({ length }) => length)).toEqual([8192, 8192, 3616]);
  });

  test('a flood is cut to the rate of the log, and the next line says how much is missing', async () => {
    await using guest = await openGuest(harness, probe, { permissions: ['log'], words: ['flood'] });
    expect(await call(guest.instance, 'run.run')).toEqual(done);
    const { logs } = guest.wired;
    expect(logs.slice(0, 3).map(({ message }) => message)).toEqual(['0', '1', '2']);
    expect(logs.length).toBeLessThan(5_000);
    const dropped = logs.reduce(
      (sum, line) => sum + (line.dropped ?? 0) + Number(line.fields['dropped'] ?? 0),
      0,
    );
    expect(logs.length + dropped).toBeLessThanOrEqual(5_000);
  });

  test('without the permission to log it goes nowhere', async () => {
    await using guest = await openGuest(harness, probe, { words: ['args'] });
    expect(await call(guest.instance, 'run.run')).toEqual(done);
    expect(guest.wired.logs).toEqual([]);
  });

  test('stdin is empty', async () => {
    expect((await run(harness, probe, ['stdin'])).stdout).toEqual(['0']);
  });
});

describe('time and randomness', () => {
  test('a sleep waits at the broker, and wakes no sooner', async () => {
    expect((await run(harness, probe, ['sleep'])).stdout).toEqual(['slept']);
  });

  test('a guest that sleeps past its deadline costs nobody anything', async () => {
    await using guest = await openGuest(harness, probe, { words: ['sleep-long'] });
    await using neighbour = await openGuest(harness, probe, { words: ['args'] });
    const [sleeping] = guest.instance.callAll([{ export: 'run.run', args: [], deadlineMs: 100 }]);
    expect(await call(neighbour.instance, 'run.run')).toEqual(done);
    expect(await sleeping).toMatchObject({ outcome: 'failed', error: { code: 'CALL_DEADLINE' } });
    await using after = await openGuest(harness, probe, { words: ['args'] });
    expect(after.instance.cell).toBe(neighbour.instance.cell);
    expect(await call(after.instance, 'run.run')).toEqual(done);
  });

  test('without time:read the wall clock stands at a whole second', async () => {
    const { stdout } = await run(harness, probe, ['time']);
    expect(stdout[1]).toBe('0');
    expect(Math.abs(Number(stdout[0]) - Date.now() / 1_000)).toBeLessThan(60);
  });

  test('without random the bytes are the same each time, and the audit says so', async () => {
    const first = await run(harness, probe, ['random']);
    const second = await run(harness, probe, ['random']);
    expect(first.stdout).toEqual(second.stdout);
    expect(first.audit).toEqual(['denied random']);
  });

  test('with it they differ', async () => {
    const options = { permissions: ['random'] };
    const first = await run(harness, probe, ['random'], options);
    const second = await run(harness, probe, ['random'], options);
    expect(first.stdout).not.toEqual(second.stdout);
    expect(first.audit).toEqual([]);
  });
});
