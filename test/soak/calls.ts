import { type Drift, driftOf } from './drift.ts';
import { startPlain } from './plain-runtime.ts';

export interface CallsRun {
  readonly calls: number;
  /** Calls that did not answer what they should. */
  readonly wrong: number;
  readonly elapsedMs: number;
  readonly drift: Drift;
}

/** Calls one script, one call at a time. */
export async function callOften(calls: number): Promise<CallsRun> {
  await using box = await startPlain({
    'soak.add': { source: 'export function add(a, b) { return a + b; }' },
  });
  let wrong = 0;
  const startedAt = performance.now();
  const drift = await driftOf(calls, async (run) => {
    if ((await box.plugins.call('soak.add', 'add', [run, 1])) !== run + 1) wrong += 1;
  });
  return { calls, wrong, elapsedMs: performance.now() - startedAt, drift };
}
