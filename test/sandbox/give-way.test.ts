import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { niceness } from '../../src/sandbox/cell/niceness.ts';
import { PrepareChild, translatorNiceness } from '../../src/sandbox/prepare/prepare-child.ts';
import { childrenRunning, descendantsOf } from '../support/processes.ts';
import { type Harness, never, openHarness } from './harness.ts';

const isLinux = process.platform === 'linux';
const source = '({ add: (a, b) => a + b })';

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness(1);
});
afterEach(async () => {
  await harness[Symbol.asyncDispose]();
});

describe('what runs plugins gives way to its host', () => {
  const own = getPriority();

  test.runIf(isLinux)('as a process: in its session and with every thread', async () => {
    const before = new Set(await descendantsOf(process.pid));
    await harness.instantiate(await harness.script(source), { isolation: 'own' });
    const started = (await descendantsOf(process.pid)).filter((pid) => !before.has(pid));
    const cells = started.filter((pid) => commandOf(pid).includes('cell/main'));
    const [cell = 0] = cells.slice(-1);
    expect(new Set(threadPriorities(cell))).toEqual(new Set([niceness]));
    if (!existsSync('/proc/self/autogroup')) return;
    await vi.waitFor(() => expect(sessionPriority(cell)).toBe(niceness));
    expect(sessionPriority(process.pid)).not.toBe(niceness);
  });

  test.runIf(isLinux)('as a thread: alone among those of its process', async () => {
    const before = threadPriorities(process.pid);
    await harness.instantiate(await harness.script(source), { isolation: 'thread' });
    const isLow = (nice: number): boolean => nice === niceness;
    expect(threadPriorities(process.pid).filter(isLow).length).toBe(before.filter(isLow).length + 1);
    expect(getPriority()).toBe(own);
  });

  test('as a translator: to cells too, in a session of its own', async () => {
    expect(translatorNiceness).toBeGreaterThan(niceness);
    const idle = 'setInterval(() => {}, 1_000_000);';
    const child = new PrepareChild(false, ['-e', idle]);
    await vi.waitFor(async () => {
      const running = await childrenRunning(idle);
      expect(running.map(({ pid }) => getPriority(pid))).toEqual([translatorNiceness]);
    });
    if (existsSync('/proc/self/autogroup')) {
      const [translator] = await childrenRunning(idle);
      await vi.waitFor(() => expect(sessionPriority(translator?.pid ?? 0)).toBe(translatorNiceness));
      expect(sessionPriority(process.pid)).not.toBe(translatorNiceness);
    }
    child.kill();
    await expect(child.translate(new Uint8Array(), never)).rejects.toMatchObject({ code: 'PREPARE_FAILED' });
  });
});

/** `/autogroup-123 nice 10` */
function sessionPriority(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/autogroup`, 'utf8').trim().split(' ').at(-1));
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}

/** The 19th field of each thread's stat; what stands in parentheses is its name. */
function threadPriorities(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const [, fields = ''] = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').split(/\) (?!.*\) )/s);
    return Number(fields.split(' ')[16]);
  });
}
