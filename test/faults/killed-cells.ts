import { filter, firstValueFrom, merge, timeout } from 'rxjs';
import { SignalboxError } from '../../src/core/errors.ts';
import { createTestRuntime, type TestRuntime } from '../../src/testing.ts';
import { descendantsRunning } from '../support/processes.ts';

export interface KilledCells {
  readonly kills: number;
  /** Calls made; each was answered, by a value or an error. */
  readonly calls: number;
  /** Failed with the cell they ran in: that is what the caller is told. */
  readonly lostWithCell: number;
  /** Failed although their cell lives, or with another error, or answered with what another call asked for. */
  readonly wrong: readonly string[];
  /** Calls of plugins whose cell was not killed meanwhile. */
  readonly neighbourCalls: number;
}

const plugins = ['a', 'b', 'c', 'd', 'e', 'f'];
const callersPerPlugin = 3;
/** Answers between two kills, so that calls are under way in every cell. */
const callsBetweenKills = 200;
const patienceMs = 60_000;

/** A guest that would notice a call that it is given twice. */
const source = `const seen = new Set();
export function once(number) {
  if (seen.has(number)) return -1;
  seen.add(number);
  if (seen.size > 1000) seen.clear();
  return number;
}`;

/** Kills cells -9, one after the other, while calls stream through all of them. */
export async function killCells(kills: number): Promise<KilledCells> {
  await using box = await createTestRuntime({
    plugins: Object.fromEntries(plugins.map((name) => [`kill.${name}`, { source }])),
    cells: 2,
  });
  const wrong: string[] = [];
  let calls = 0;
  let lostWithCell = 0;
  let neighbourCalls = 0;
  let isOver = false;
  /** Plugins that have lost their cell, until they are Ready again. */
  const struck = new Set<string>();
  using statuses = new DisposableStack();
  const watching = box.relays.pluginStatus.subscribe(({ changed }) => {
    if (changed && changed.state !== 'Ready') struck.add(changed.id);
  });
  statuses.defer(() => watching.unsubscribe());

  const stream = async (id: string): Promise<void> => {
    while (!isOver) {
      calls += 1;
      const number = calls;
      try {
        const answer = await box.plugins.call(id, 'once', [number], { deadlineMs: patienceMs });
        if (answer !== number) wrong.push(`${id}: asked ${number}, got ${answer}`);
        if (!struck.has(id)) neighbourCalls += 1;
      } catch (error) {
        if (!(error instanceof SignalboxError) || error.code !== 'CELL_LOST')
          wrong.push(`${id}: ${String(error)}`);
        else lostWithCell += 1;
      }
    }
  };
  const streams = plugins.flatMap((name) =>
    Array.from({ length: callersPerPlugin }, () => stream(`kill.${name}`)),
  );
  for (let kill = 0; kill < kills; kill++) {
    const from = calls;
    await until(box, () => calls >= from + callsBetweenKills);
    const cellsBefore = new Map(box.plugins.list().map(({ id, cell }) => [id as string, cell]));
    struck.clear();
    const cells = await descendantsRunning('sandbox/cell');
    const victim = cells[kill % cells.length];
    if (victim !== undefined) process.kill(victim, 'SIGKILL');
    await until(box, () => struck.size > 0);
    await until(box, () => box.plugins.list().every(({ state }) => state === 'Ready'));
    const labels = new Set([...struck].map((id) => cellsBefore.get(id)));
    if (labels.size !== 1) wrong.push(`Kill ${kill} struck ${[...labels].join(', ')}`);
  }
  isOver = true;
  await Promise.all(streams);
  return { kills, calls, lostWithCell, wrong, neighbourCalls };
}

/** Looks whenever a call was counted or a status changed. */
async function until({ relays }: TestRuntime, isSo: () => boolean): Promise<void> {
  const { telemetry, pluginStatus } = relays;
  await firstValueFrom(merge(telemetry, pluginStatus).pipe(filter(isSo), timeout(patienceMs)));
}
