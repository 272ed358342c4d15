import { readFile } from 'node:fs/promises';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { sha256 } from '../../src/core/fingerprint.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { defaultLimits } from '../../src/permissions/limits.ts';
import type { HostImports, HostReply } from '../../src/ports/host-imports.ts';
import type { Instance } from '../../src/ports/sandbox.ts';
import { Cell } from '../../src/sandbox/broker/cell.ts';
import { runCell } from '../../src/sandbox/cell/cell.ts';
import { scriptHostProgramFile } from '../../src/sandbox/entries.ts';
import { unsealProgram } from '../../src/sandbox/program.ts';
import { portTransport } from '../../src/sandbox/protocol/port-transport.ts';
import { liveObjects } from '../support/live-objects.ts';
import { wasm } from '../support/web-assembly.ts';
import { never } from './harness.ts';

const { stackTraceLimit } = Error;
// Both sides share a thread: on a slow machine either would seem to hang. No timer runs, and none is kept to be counted.
beforeEach(() => {
  // The test runner keeps the decoded source map, hundreds of objects, of each file that stands in the stack of an error.
  Error.stackTraceLimit = 0;
  for (const name of ['setTimeout', 'setInterval']) vi.stubGlobal(name, () => ({ unref: () => {} }));
});
afterEach(() => {
  vi.unstubAllGlobals();
  Error.stackTraceLimit = stackTraceLimit;
});

const rounds = 30;
/** All objects are looked through a few times. */
vi.setConfig({ testTimeout: 120_000 });
/** One after the other, as many as make a run. */
const calls = Array.from({ length: 20 }, () => ({ export: 'go', args: [{ a: 1 }], deadlineMs: 60_000 }));

/** Both sides of a cell in this thread, so that what either keeps is counted. */
async function openInnerCell(): Promise<{
  readonly start: (source: string, imports?: HostImports, fuelPerCall?: number) => Promise<Instance>;
}> {
  const program = unsealProgram(await readFile(scriptHostProgramFile));
  if (!program) throw new Error('The script host was not generated');
  const digest = sha256(program);
  const { port1, port2 } = new MessageChannel();
  const cell = new Cell({
    label: 'inner',
    host: {
      transport: portTransport(port1),
      pid: undefined,
      tier: 'thread',
      gone: new Promise(() => {}),
      kill: () => {},
      hold: () => {},
      processorMs: () => undefined,
    },
    programBytes: async () => program,
    onGone: () => {},
    isSuspect: () => false,
    onSuspect: () => {},
  });
  runCell(portTransport(port2), () => {});
  return {
    start: (source, imports = {}, fuelPerCall = 20_000_000) =>
      cell.instantiate(
        {
          pluginId: parsePluginId('test.guest'),
          prepared: {
            digest,
            kind: 'script',
            imports: [],
            exports: [],
            script: { name: 'guest.ts', source },
          },
          isolation: 'shared',
          limits: { ...defaultLimits, fuel_per_call: fuelPerCall },
          imports,
        },
        digest,
        never,
      ),
  };
}

/** How many more objects live after those rounds than before; what the first rounds make for all that follow is not counted. */
async function keptBy(round: () => Promise<unknown>): Promise<number> {
  for (let time = 0; time < rounds / 2; time++) await round();
  const before = liveObjects();
  for (let time = 0; time < rounds; time++) await round();
  return liveObjects() - before;
}

/** How many of the modules that were instantiated since are alive. */
function watchInstances(): () => number {
  const made: WeakRef<object>[] = [];
  const { Instance } = wasm;
  const Watched = class extends Instance {
    constructor(...options: ConstructorParameters<typeof Instance>) {
      super(...options);
      made.push(new WeakRef(this));
    }
  };
  Object.assign(wasm, { Instance: Watched });
  onTestFinished(() => void Object.assign(wasm, { Instance }));
  return () => {
    expect(made).not.toEqual([]);
    // Looking for them collects what is garbage.
    liveObjects();
    return made.filter((instance) => instance.deref() !== undefined).length;
  };
}

/** Of the event loop, for what is on its way. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
}

const guests = {
  answers: '({ go() { return { list: [1, "two"] }; } })',
  throws: '({ go() { throw new Error("no"); } })',
  'takes all fuel': '({ go() { for (;;); } })',
};

test('a guest that is called again and again leaves nothing of its calls, in its cell and outside', async () => {
  const { start } = await openInnerCell();
  const instance = await start(guests.answers);
  expect(await keptBy(() => Promise.all(instance.callAll(calls)))).toBeLessThan(rounds);
  await instance.close();
});

test.each(Object.entries(guests))('a guest that %s leaves nothing of itself', async (_what, source) => {
  const { start } = await openInnerCell();
  const ends = new Set<string>();
  const kept = await keptBy(async () => {
    const instance = await start(source);
    const [call] = instance.callAll([{ export: 'go', args: [], deadlineMs: 60_000 }]);
    ends.add((await call)?.outcome ?? 'none');
    await instance.close();
    await instance.closed;
  });
  expect([kept < rounds, ends.size]).toEqual([true, 1]);
});

const unfinished = {
  'waits for the host': '({ go() { console.log("begun"); console.log("waits"); } })',
  'had its share of the processor': '({ go() { console.log("begun"); for (;;); } })',
};

test.each(Object.entries(unfinished))(
  'a guest that %s and is let go of leaves nothing, its suspended stack neither',
  async (_what, source) => {
    const { start } = await openInnerCell();
    let begun = Promise.withResolvers<void>();
    let lines = 0;
    const log = async (): Promise<HostReply> => {
      lines += 1;
      if (lines > 1) return new Promise(() => {});
      begun.resolve();
      return { outcome: 'returned', value: undefined };
    };
    const ends = new Set<string>();
    const kept = await keptBy(async () => {
      begun = Promise.withResolvers();
      lines = 0;
      const instance = await start(source, { 'signalbox:plugin/log': { log } }, 1e15);
      const [call] = instance.callAll([{ export: 'go', args: [], deadlineMs: 60_000 }]);
      await begun.promise;
      // The answer is on its way: let the guest come as far as it can.
      await turns();
      await instance.close();
      ends.add((await call)?.outcome ?? 'none');
    });
    expect([kept < rounds, [...ends]]).toEqual([true, ['failed']]);
  },
);

test.each(Object.entries({ ...guests, ...unfinished }))(
  'of a guest that %s no instance and no memory is left once it is gone, whether anybody comes after it or not',
  async (_what, source) => {
    const { start } = await openInnerCell();
    const alive = watchInstances();
    const log = (): Promise<never> => new Promise(() => {});
    const instance = await start(source, { 'signalbox:plugin/log': { log } });
    const ended = Promise.all(instance.callAll(calls));
    await turns();
    await instance.close();
    await ended;
    await turns();
    expect(alive()).toBe(0);
  },
);

test('what a guest that is let go of was called with is worked off: thirty times a megabyte pass a window of 24', async () => {
  const { start } = await openInnerCell();
  let asked = Promise.withResolvers<void>();
  let waited = 0;
  const log = (): Promise<never> => {
    waited += 1;
    asked.resolve();
    return new Promise(() => {});
  };
  for (let round = 0; round < rounds; round++) {
    asked = Promise.withResolvers();
    const source = '({ go(text) { console.log("waits"); } })';
    const instance = await start(source, { 'signalbox:plugin/log': { log } }, 1e15);
    const args = ['x'.repeat(1_000_000)];
    const [call] = instance.callAll([{ export: 'go', args, deadlineMs: 60_000 }]);
    await Promise.race([asked.promise, call]);
    await instance.close();
  }
  expect(waited).toBe(rounds);
});
