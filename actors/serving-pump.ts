import { SignalboxError } from '../src/core/errors.ts';
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
    refuse: ({ export: name }) => refusalOf(plan, name),
    onActivity,
    onBatch: (report) => count(ports, plan, report),
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

function count({ counters }: ActorPorts, { assignment }: LoadPlan, report: BatchReport): void {
  const { id } = assignment.entry;
  const { calls, failed, rejected, durationMs } = report;
  if (calls > 0) counters.count('plugin.calls', id, calls);
  if (failed > 0) counters.count('plugin.calls.failed', id, failed);
  if (rejected > 0) counters.count('plugin.calls.rejected', id, rejected);
  if (calls > 0) counters.duration('call', id, durationMs / calls);
}
