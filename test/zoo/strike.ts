import { filter, firstValueFrom } from 'rxjs';
import type { ErrorRecord, PluginStatus } from '../../src/index.ts';
import { SignalboxError } from '../../src/index.ts';
import { type Cage, pluginIdOf } from './cage.ts';
import { keepSwapping } from './grounds.ts';
import type { End, ZooGuest } from './guest.ts';
import { keepCalling, neighbours, type Service } from './neighbours.ts';

/** What one guest did in one tier. */
export interface Struck {
  readonly end: End;
  /** The error it ended with. */
  readonly error?: ErrorRecord;
  readonly elapsedMs: number;
  readonly service: Service;
  /** Neighbours that are not as they were, by what the status board says. */
  readonly disturbed: readonly string[];
  readonly restarts: number;
  /** The most the host process had more than at the beginning, bytes. */
  readonly hostGrowth: number;
  /** The longest the event loop of the host did not turn. */
  readonly hostStallMs: number;
  readonly told: number;
  readonly trespasses: number;
}

type Ending = Pick<Struck, 'end' | 'error'>;

/** Wakes a guest, lets it strike beside its neighbours, and puts it to sleep again. */
export async function letStrike(cage: Cage, guest: ZooGuest): Promise<Struck> {
  const id = pluginIdOf(guest);
  const before = neighbourStates(cage);
  const restartsBefore = cage.neighbourRestarts();
  const host = watchHost();
  const beside = keepCalling(cage.runtime);
  const swapping = guest.isRaced ? keepSwapping(cage.folder) : undefined;
  const startedAt = performance.now();
  let ending: Ending;
  let elapsedMs: number;
  let service: Service;
  try {
    ending = await endOf(cage, guest, id);
    elapsedMs = performance.now() - startedAt;
    await cage.runtime.plugins.disable(id);
  } finally {
    await swapping?.stop();
    service = await beside.stop();
  }
  const after = neighbourStates(cage);
  return {
    ...ending,
    elapsedMs,
    service,
    disturbed: Object.keys(before).filter((name) => before[name] !== after[name]),
    restarts: cage.neighbourRestarts() - restartsBefore,
    ...host.stop(),
    told: cage.told(id),
    trespasses: cage.trespasses(),
  };
}

async function endOf(cage: Cage, guest: ZooGuest, id: string): Promise<Ending> {
  const { plugins } = cage.runtime;
  const status = await plugins.enable(id);
  if (status.error) return errorEnd('load', status.error);
  switch (guest.strikes) {
    case 'load':
      return { end: { end: 'returned', value: status.state } };
    case 'call':
      return await callOnce(cage, guest, id);
    case 'event': {
      const { error } = await nextStatus(cage, id, ({ state }) => state === 'Error');
      return error ? errorEnd('event', error) : { end: { end: 'stopped' } };
    }
    case 'shutdown': {
      const { state } = await plugins.disable(id);
      return { end: state === 'Disabled' ? { end: 'stopped' } : { end: 'returned', value: state } };
    }
    case 'every call': {
      for (;;) {
        await callOnce(cage, guest, id);
        const { phase, error } = await nextStatus(
          cage,
          id,
          ({ state, phase }) => phase === 'quarantined' || state === 'Ready',
        );
        if (phase === 'quarantined' && error) return { end: { end: 'quarantined', code: error.code }, error };
      }
    }
    case 'reload': {
      const { degraded, state, error } = await plugins.reload(id);
      if (error) return errorEnd('reload', error);
      return degraded
        ? { end: { end: 'degraded', code: degraded.code }, error: degraded }
        : { end: { end: 'returned', value: state } };
    }
  }
}

async function callOnce(cage: Cage, guest: ZooGuest, id: string): Promise<Ending> {
  const args = cage.fill(guest.args ?? []);
  try {
    const value = await cage.runtime.plugins.call(id, guest.export ?? 'strike', args);
    return { end: { end: 'returned', value } };
  } catch (error) {
    if (error instanceof SignalboxError) return errorEnd('call', error.toRecord());
    throw error;
  }
}

function errorEnd(at: 'load' | 'call' | 'event' | 'reload', error: ErrorRecord): Ending {
  return { end: { end: 'error', at, code: error.code }, error };
}

async function nextStatus(
  { runtime }: Cage,
  id: string,
  fits: (status: PluginStatus) => boolean,
): Promise<PluginStatus> {
  const settled = runtime.relays.pluginStatus.pipe(
    filter(() => {
      const status = runtime.plugins.get(id);
      return status !== undefined && fits(status);
    }),
  );
  await firstValueFrom(settled);
  const status = runtime.plugins.get(id);
  if (!status) throw new Error(`"${id}" is gone`);
  return status;
}

/** State, since when, and in which cell: an instance that was started again differs. */
function neighbourStates({ runtime }: Cage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.values(neighbours).map(({ id }) => {
      const { state, since, cell } = runtime.plugins.get(id) ?? {};
      return [id, JSON.stringify({ state, since, cell })];
    }),
  );
}

const lookEveryMs = 10;

function watchHost(): { stop(): Pick<Struck, 'hostGrowth' | 'hostStallMs'> } {
  const rssBefore = process.memoryUsage.rss();
  let hostGrowth = 0;
  let hostStallMs = 0;
  let lastTurn = performance.now();
  const look = (): void => {
    hostGrowth = Math.max(hostGrowth, process.memoryUsage.rss() - rssBefore);
    hostStallMs = Math.max(hostStallMs, performance.now() - lastTurn - lookEveryMs);
    lastTurn = performance.now();
  };
  const timer = setInterval(look, lookEveryMs);
  return {
    stop() {
      look();
      clearInterval(timer);
      return { hostGrowth, hostStallMs };
    },
  };
}
