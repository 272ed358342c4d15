import { SignalboxError } from '../src/core/errors.ts';
import type { LimitHit } from '../src/permissions/limits.ts';
import type { CallOutcome, Instance } from '../src/ports/sandbox.ts';
import type { LoadPlan } from './load-plan.ts';
import { eventExport } from './mailbox.ts';
import type { ActorPorts } from './ports.ts';
import { type BatchReport, Pump } from './pump.ts';

/** The pump of one instance of a plugin: its mailbox, its deadline, the exports it offers, its counters. */
export function servingPump(
  ports: ActorPorts,
  plan: LoadPlan,
  instance: Instance,
  onActivity: (activity: 'busy' | 'idle') => void,
): Pump {
  const { id } = plan.assignment.entry;
  return new Pump({
    instance,
    mailbox: ports.mailboxes.of(id),
    clock: ports.clock,
    callDeadlineMs: plan.limits.call_deadline_ms,
    fuelPerSecond: plan.limits.fuel_per_second,
    refuse: ({ export: name }) => refusalOf(plan, name),
    onActivity,
    onBatch: (report) => count(ports, plan, report),
    onThrottled: (waitMs) => ports.counters.limit(id, throttled(plan.limits.fuel_per_second, waitMs)),
  });
}

/** Hosts call what the manifest lists, when it lists anything; events of the host are no calls of hosts. */
function refusalOf({ assignment, artifact }: LoadPlan, name: string): CallOutcome | undefined {
  const listed = artifact.manifest.exports;
  if (listed === undefined || name === eventExport || listed.includes(name)) return undefined;
  const error = new SignalboxError(
    'CALL_INVALID',
    `Plugin "${assignment.entry.id}" does not let hosts call "${name}"`,
    {
      hint: `Its manifest lists ${listed.map((each) => `"${each}"`).join(', ') || 'no exports'}`,
    },
  );
  return { outcome: 'rejected', error: error.toRecord() };
}

/** A second's worth and the debt that is waited off now. */
function throttled(fuelPerSecond: number, waitMs: number): LimitHit {
  const reached = fuelPerSecond + Math.round((fuelPerSecond * waitMs) / 1_000);
  return { name: 'fuel_per_second', reached, allowed: fuelPerSecond };
}

function count({ counters }: ActorPorts, { assignment }: LoadPlan, report: BatchReport): void {
  const { id } = assignment.entry;
  const { calls, failed, rejected, durationMs, usage, limits } = report;
  if (calls > 0) counters.count('plugin.calls', id, calls);
  if (failed > 0) counters.count('plugin.calls.failed', id, failed);
  if (rejected > 0) counters.count('plugin.calls.rejected', id, rejected);
  if (calls > 0) counters.duration('call', id, durationMs / calls);
  if (calls > 0) counters.usage(id, calls, usage);
  for (const hit of limits) counters.limit(id, hit);
}
