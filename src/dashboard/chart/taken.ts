import type { Chart, ChartState } from '../../wire/machines.ts';

/** More steps without a new event than any machine of ours takes; a bound for charts that loop. */
const maxSteps = 8;

/**
 * The arrows a machine went along when an event took it from one place to another: the transition of the event, and those it
 * took by itself afterwards. A place is the ids of its states, outer ones first. Empty when the chart does not explain the step.
 */
export function takenArrows(
  chart: Chart,
  before: readonly string[],
  event: string,
  after: readonly string[],
): ReadonlySet<string> {
  const states = new Map(chart.states.map((state) => [state.id, state]));
  const end = after.at(-1);
  // Inner states are asked first, as the machine does.
  for (const source of before.toReversed().flatMap((id) => states.get(id) ?? [])) {
    for (const { event: pattern, targets } of source.transitions) {
      const [target] = targets;
      if (target === undefined || !isMatch(pattern, event)) continue;
      const rest = settling(states, leafOf(states, target), end, maxSteps);
      if (rest) return new Set([arrow(source, target), ...rest]);
    }
  }
  return new Set();
}

/** The arrows from a state to the end that need no event; undefined when none lead there. */
function settling(
  states: ReadonlyMap<string, ChartState>,
  leaf: string,
  end: string | undefined,
  steps: number,
): readonly string[] | undefined {
  if (leaf === end) return [];
  if (steps === 0) return undefined;
  for (let at = states.get(leaf); at; at = states.get(at.parent ?? '')) {
    for (const { event, targets } of at.transitions) {
      const [target] = targets;
      if (target === undefined || !(event === '' || event.startsWith('xstate.done.state.'))) continue;
      const rest = settling(states, leafOf(states, target), end, steps - 1);
      if (rest) return [arrow(at, target), ...rest];
    }
  }
  return undefined;
}

function leafOf(states: ReadonlyMap<string, ChartState>, id: string): string {
  const initial = states.get(id)?.initial;
  return initial === undefined ? id : leafOf(states, initial);
}

function arrow({ id }: ChartState, target: string): string {
  return `${id}→${target}`;
}

/** `error.*` is every event that begins with `error.` */
function isMatch(pattern: string, event: string): boolean {
  if (pattern === event || pattern === '*') return true;
  return pattern.endsWith('.*') && event.startsWith(pattern.slice(0, -1));
}
