import type { ActorReport, Chart, TransitionReport } from '../../wire/machines.ts';
import type { Lit } from '../chart/lit.ts';
import { takenArrows } from '../chart/taken.ts';

/** One step of one machine. */
export interface Step {
  readonly key: number;
  readonly actor: string;
  readonly time: number;
  readonly event: string;
  /** Absent for the first one that is known. */
  readonly before: readonly string[] | undefined;
  readonly states: readonly string[];
}

/**
 * What one machine of a plugin did, oldest first. Of several, as there are while one instance takes the place of another, it is the newest
 * that lives, or the newest.
 */
export function stepsOf(
  rows: readonly { readonly key: number; readonly row: TransitionReport }[],
  machine: string,
): readonly Step[] {
  const byActor = [
    ...Map.groupBy(
      rows.filter(({ row }) => row.machine === machine),
      ({ row }) => row.actor,
    ).values(),
  ];
  const own = byActor.findLast((steps) => steps.at(-1)?.row.status === 'active') ?? byActor.at(-1) ?? [];
  return own.map(({ key, row: { actor, time, event, states } }, at) => ({
    ...{ key, actor, time, event, states },
    before: own[at - 1]?.row.states,
  }));
}

/** States a machine changes between with every batch of calls. The runtime tells them when asked, and not as history. */
const restless = new Set(['idle', 'busy']);

/**
 * What of a chart is lit.
 *
 * @param step the one that is looked at, or the latest
 * @param readings where the actors of the plugin are now; absent while a step of before is looked at
 */
export function litAt(
  chart: Chart,
  step: Step | undefined,
  readings: readonly ActorReport[] | undefined,
): Lit {
  const reading = readings?.findLast(
    ({ machine, actor }) => machine === chart.name && (step === undefined || actor === step.actor),
  );
  if (!step) return { states: reading?.states ?? [], arrows: none, step: 0 };
  const { key, before, event, states } = step;
  const now = reading && isRestlessChange(states, reading.states) ? reading.states : undefined;
  if (now) return { states: now, arrows: new Set([`${states.at(-1)}→${now.at(-1)}`]), step: key };
  return { states, arrows: before ? takenArrows(chart, before, event, states) : none, step: key };
}

const none: ReadonlySet<string> = new Set();

/** A reading may be older than the step; it counts for no more than what steps do not tell. */
function isRestlessChange(states: readonly string[], now: readonly string[]): boolean {
  const [from = '', to = ''] = [states.at(-1), now.at(-1)];
  return (
    from !== to &&
    [from, to].every((id) => restless.has(id.split('.').at(-1) ?? '')) &&
    parentOf(from) === parentOf(to)
  );
}

function parentOf(id: string): string {
  return id.slice(0, id.lastIndexOf('.'));
}

/** `Error › backoff`: a place without the machine's own name. */
export function placeText(states: readonly string[]): string {
  const [machine = '', ...inner] = states;
  const innermost = inner.at(-1) ?? machine;
  const path = innermost === machine ? [] : innermost.slice(machine.length + 1).split('.');
  return path.join(' › ') || machine;
}

/** What people call the events of a machine: `done openArtifact`. The chart knows, guards left out. */
export function eventNames({ states }: Chart): ReadonlyMap<string, string> {
  const transitions = states.flatMap((state) => state.transitions);
  return new Map(transitions.map(({ event, label }) => [event, label.replace(/ \[.*\]$/, '')]));
}
