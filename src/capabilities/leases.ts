import { AsyncLocalStorage } from 'node:async_hooks';
import type { PluginEntry } from '../config/document.ts';
import type { Clock } from '../core/clock.ts';
import { SignalboxError } from '../core/errors.ts';
import { allows, covers, type Decision } from '../permissions/allowing.ts';
import type { LeasedGrant } from '../permissions/granting.ts';
import { type Lease, leaseBounds, leaseEnd } from '../permissions/leases.ts';
import { type Permission, parsePermission } from '../permissions/permission.ts';
import type { GrantMemory } from '../ports/grant-memory.ts';
import type { HostFunction, HostImports, HostReply } from '../ports/host-imports.ts';

/** Timers take 32 bits of milliseconds; a lease that ends later is looked at again then. */
const longestTimerMs = 2 ** 31 - 1;

/** The leases of one instance: what they still give, and the host calls that wait under them. */
export interface Leases extends Disposable {
  /** Undefined when no live lease gives it. */
  check(needed: Permission): Decision | undefined;
  /** Why the lease that gave it gives it no more. */
  endOf(needed: Permission): string | undefined;
  /** Counts one use; the host call that is under way from here on ends when the lease does. */
  use(lease: Lease): void;
  /** Hears of each lease whose time is over: what goes on under it has to end. */
  onExpiry(listener: () => void): void;
  /** The functions, each of which is aborted when a lease it used expires while it waits. */
  bound(imports: HostImports): HostImports;
}

interface LeasesOptions {
  readonly entry: PluginEntry;
  readonly leased: readonly LeasedGrant[];
  readonly memory: GrantMemory;
  readonly clock: Clock;
  /** A lease expired. */
  readonly tell: (permission: string, rule: string) => void;
}

/** The leases that one host call used so far. */
type CallUses = (lease: Lease) => void;

export function createLeases({ entry, leased, memory, clock, tell }: LeasesOptions): Leases {
  const underWay = new AsyncLocalStorage<CallUses>();
  const waiting = new Map<Lease, Set<AbortController>>();
  const timers = new Set<unknown>();
  const listeners = new Set<() => void>();
  const granted = entry.leases.map((lease) => ({ lease, grant: parsePermission(lease.permission) }));

  const endOf = (lease: Lease): string | undefined => {
    const isCounted = lease.calls !== undefined || lease.bytes !== undefined;
    if (isCounted && memory.problem !== undefined)
      return `uses of the lease of "${lease.permission}" cannot be recorded: ${memory.problem}`;
    return leaseEnd(lease, memory.useOf(entry.id, lease), clock.now());
  };
  const watchExpiry = (lease: Lease, expiresAt: number): void => {
    const timer = clock.setTimeout(
      () => {
        timers.delete(timer);
        const end = endOf(lease);
        if (end === undefined) return watchExpiry(lease, expiresAt);
        tell(lease.permission, end);
        for (const call of waiting.get(lease) ?? []) call.abort(expired(entry, end));
        for (const listener of listeners) listener();
      },
      Math.min(Math.max(0, expiresAt - clock.now()), longestTimerMs),
    );
    timers.add(timer);
  };
  for (const { lease } of leased) if (lease.expiresAt !== undefined) watchExpiry(lease, lease.expiresAt);

  const bind =
    (call: HostFunction): HostFunction =>
    (args, signal) => {
      const ending = new AbortController();
      const used = new Set<Lease>();
      const uses: CallUses = (lease) => {
        used.add(lease);
        const calls = waiting.get(lease) ?? new Set();
        waiting.set(lease, calls.add(ending));
      };
      const release = (): void => {
        for (const lease of used) waiting.get(lease)?.delete(ending);
      };
      const reply = underWay.run(uses, () => call(args, AbortSignal.any([signal, ending.signal])));
      if (reply instanceof Promise) return settled(reply, ending.signal).finally(release);
      release();
      return reply;
    };

  return {
    check(needed) {
      for (const { lease, permissions } of leased) {
        const decision = allows(permissions, needed);
        if (decision.allowed && endOf(lease) === undefined)
          return { ...decision, lease, rule: `${decision.rule}, leased ${leaseBounds(lease)}` };
      }
      return undefined;
    },
    endOf(needed) {
      const given = granted.find(({ lease, grant }) => covers(grant, needed) && endOf(lease) !== undefined);
      return given && endOf(given.lease);
    },
    use(lease) {
      memory.spend(entry.id, lease, { calls: 1, bytes: 0 });
      underWay.getStore()?.(lease);
    },
    onExpiry: (listener) => void listeners.add(listener),
    bound(imports) {
      if (leased.length === 0) return imports;
      return Object.fromEntries(
        Object.entries(imports).map(([name, functions]) => [
          name,
          Object.fromEntries(Object.entries(functions).map(([fn, call]) => [fn, bind(call)])),
        ]),
      );
    },
    [Symbol.dispose]() {
      for (const timer of timers) clock.clearTimeout(timer);
      timers.clear();
      listeners.clear();
    },
  };
}

/** The reply, or the reason for which it is not waited for any longer. */
function settled(reply: Promise<HostReply>, signal: AbortSignal): Promise<HostReply> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([reply, promise]).finally(() => signal.removeEventListener('abort', onAbort));
}

function expired({ id }: PluginEntry, end: string): SignalboxError {
  return new SignalboxError('CALL_ABORTED', `Plugin "${id}" waited for the host while ${end}`, {
    hint: `Grant it again with "signalbox grant ${id}"`,
  });
}
