import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filter, firstValueFrom, timeout } from 'rxjs';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import { composeConfig } from '../../src/config/compose.ts';
import { editConfigFile } from '../../src/config-edits.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import { type PluginId, parsePluginId } from '../../src/core/ids.ts';
import type { Runtime } from '../../src/options.ts';
import { createRuntime } from '../../src/runtime.ts';
import { heldAtRest, leakedSince } from '../support/held-resources.ts';
import { descendantsRunning } from '../support/processes.ts';
import { memoryOfCells } from './drift.ts';
import { randomFrom } from './random.ts';

export interface HundredRun {
  readonly plugins: number;
  readonly operations: Readonly<Record<string, number>>;
  /** Calls that failed with the cell they ran in. */
  readonly lostWithCell: number;
  /** What should not have happened. */
  readonly wrong: readonly string[];
  /** Plugins that are not Ready at the end, left alone. */
  readonly notReady: readonly string[];
  readonly leaked: readonly (readonly [name: string, more: number])[];
  /** Resident memory of host and cells after a tenth of the operations, and at the end, bytes. */
  readonly memory: readonly [first: number, last: number];
}

export interface HundredOptions {
  readonly plugins: number;
  readonly seed: number;
  /** From 0 to 1, asked before each operation: how much of the run is done. */
  readonly progress: (operations: number) => number;
}

const patienceMs = 120_000;
const reference = fileURLToPath(new URL('../../plugins/', import.meta.url));

/** A hundred plugins that tick, log, are called, edited, switched and killed, in an order that the seed decides. */
export async function runHundred({ plugins, seed, progress }: HundredOptions): Promise<HundredRun> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-soak-'));
  const config = join(folder, 'app.toml');
  const ids = Array.from({ length: plugins }, (_, index) => parsePluginId(`soak.p${index}`));
  try {
    await writeArtifacts(folder, ids);
    await writeFile(
      config,
      composeConfig(
        ids.map((id) => ({ id, enabled: true, artifactPath: id, permissions: ['log'], config: {} })),
      ),
    );
    await using runtime = await createRuntime({ config, cells: 2 });
    await allReady(runtime, ids);
    return await disturb(runtime, config, folder, ids, randomFrom(seed), progress);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function disturb(
  runtime: Runtime,
  config: string,
  folder: string,
  ids: readonly PluginId[],
  random: (below: number) => number,
  progress: (operations: number) => number,
): Promise<HundredRun> {
  // Off, at the start and in the end: a plugin that ticks holds a timer until its next tick, and another for a while after each. Of twenty in no
  // step with each other a few always do, which they did not when all had just started.
  await switchOff(runtime, ids);
  const held = await heldAtRest();
  await switchOn(runtime, ids);
  const wrong: string[] = [];
  const operations = { call: 0, setting: 0, switch: 0, code: 0, kill: 0 };
  const off = new Set<PluginId>();
  let lostWithCell = 0;
  let done = 0;
  let first: number | undefined;

  const operate = async (kind: keyof typeof operations, id: PluginId): Promise<void> => {
    switch (kind) {
      case 'call':
        await callOne(runtime, id, random(1_000), off.has(id));
        return;
      case 'setting':
        await editConfigFile(config, { change: 'set-config', id, key: 'round', value: done });
        return;
      case 'switch':
        if (off.delete(id)) await runtime.plugins.enable(id);
        else {
          off.add(id);
          await runtime.plugins.disable(id);
        }
        return;
      case 'code':
        await writeFile(join(folder, id, 'main.ts'), scriptOf(id, done));
        return;
      case 'kill': {
        // A plugin that dies three times while it loads is quarantined, rightly: the next kill waits.
        await allReady(
          runtime,
          ids.filter((each) => !off.has(each)),
        );
        const cells = await descendantsRunning('sandbox/cell');
        const victim = cells[random(cells.length)];
        if (victim !== undefined) process.kill(victim, 'SIGKILL');
        return;
      }
    }
  };

  for (let share = progress(0); share < 1; share = progress(done)) {
    const id = ids[random(ids.length)];
    if (id === undefined) break;
    const kind = kindOf(random(1_000), isScript(id));
    try {
      operations[kind] += 1;
      await operate(kind, id);
    } catch (error) {
      if (error instanceof SignalboxError && error.code === 'CELL_LOST') lostWithCell += 1;
      else wrong.push(`${kind} ${id}: ${String(error)}`);
    }
    done += 1;
    if (share >= 0.1) first ??= await memory();
  }
  await switchOn(runtime, off).catch(() => {});
  await allReady(runtime, ids).catch(() => {});
  const notReady = runtime.plugins.list().filter(({ state }) => state !== 'Ready');
  const last = await memory();
  await switchOff(runtime, ids);
  return {
    plugins: ids.length,
    operations,
    lostWithCell,
    wrong,
    notReady: notReady.map(({ id, state, error }) => `${id} ${state} ${error?.code}`),
    leaked: await leakedSince(held),
    memory: [first ?? last, last],
  };
}

/** Of a thousand operations; components have no code that could be edited. */
function kindOf(dice: number, canEdit: boolean): 'call' | 'setting' | 'switch' | 'code' | 'kill' {
  if (dice < 5) return 'kill';
  if (dice < 40) return 'setting';
  if (dice < 70) return 'switch';
  if (dice < 100 && canEdit) return 'code';
  return 'call';
}

/** Every tenth is a component. */
function isScript(id: string): boolean {
  return !id.endsWith('0');
}

/** One that is off says so. */
async function callOne(runtime: Runtime, id: string, number: number, isOff: boolean): Promise<void> {
  const call = isScript(id)
    ? { name: 'double', args: [number], expected: number * 2 }
    : { name: 'greet', args: ['soak'], expected: 'Hello, soak!' };
  try {
    const answer = await runtime.plugins.call(id, call.name, call.args, { deadlineMs: patienceMs });
    if (isOff || answer !== call.expected) throw new Error(`it answered ${JSON.stringify(answer)}`);
  } catch (error) {
    if (!isOff || !(error instanceof SignalboxError) || error.code !== 'PLUGIN_NOT_READY') throw error;
  }
}

function scriptOf(id: string, edition: number): string {
  return `import { log } from 'signalbox:plugin/log';
let ticks = 0;
export const lifecycle = {
  init() { return { version: '0.1.0', description: '${id} ${edition}', capabilities: [] }; },
  handleEvent(event) { if (event.tag === 'tick' && ++ticks % 100 === 0) log('info', 'ticks', [{ key: 'ticks', value: String(ticks) }]); },
  shutdown() {},
};
export const double = (number) => number * 2;
`;
}

async function writeArtifacts(folder: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const home = join(folder, id);
    await mkdir(home);
    const entry = isScript(id) ? 'main.ts' : 'main.wasm';
    const kind = isScript(id) ? 'script' : 'component';
    const permissions = '[[permissions]]\nwant = "log"\nreason = "Says what it does"\noptional = true\n';
    await writeFile(
      join(home, 'plugin.toml'),
      `id = "${id}"\nversion = "0.1.0"\nkind = "${kind}"\nentry = "${entry}"\napi = "0.1"\n${isScript(id) ? 'tick_ms = 200\n' : ''}\n${permissions}`,
    );
    if (isScript(id)) await writeFile(join(home, entry), scriptOf(id, 0));
    else await cp(join(reference, 'hello_world/dist/hello-world.wasm'), join(home, entry));
  }
}

async function switchOn(runtime: Runtime, ids: Iterable<PluginId>): Promise<void> {
  const switched = [...ids];
  for (const id of switched) await runtime.plugins.enable(id);
  await allReady(runtime, switched);
}

async function switchOff(runtime: Runtime, ids: readonly PluginId[]): Promise<void> {
  for (const id of ids) await runtime.plugins.disable(id);
  await allAre(runtime, ids, ({ state, phase }) => state === 'Disabled' && phase === undefined);
}

async function allReady(runtime: Runtime, ids: readonly PluginId[]): Promise<void> {
  await allAre(runtime, ids, ({ state }) => state === 'Ready');
}

async function allAre(
  { relays }: Runtime,
  ids: readonly PluginId[],
  are: (status: PluginStatus) => boolean,
): Promise<void> {
  await firstValueFrom(
    relays.pluginStatus.pipe(
      filter(({ plugins }) =>
        ids.every((id) => {
          const status = plugins.get(id);
          return status !== undefined && are(status);
        }),
      ),
      timeout(patienceMs),
    ),
  );
}

async function memory(): Promise<number> {
  return process.memoryUsage.rss() + (await memoryOfCells());
}
