import process from 'node:process';
import fc from 'fast-check';
import { test } from 'vitest';
import { scaled, seed } from './scale.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What a soak run tells of a property: the inputs tried, the processor time the worst of them took, and how to try them again. */
    fuzz?: { readonly runs: number; readonly slowestMs: number; readonly seed: number };
  }
}

/** What the threats ask of a parser: a soak tries no more of one property, so that it comes to the others. */
const maxRuns = 1_000_000;
/** Milliseconds one input may take before the runner gives up on the machine, not on the property. */
const patienceMs = 60_000;
const patiencePerRunMs = 20;

/**
 * A test that a property holds for `runs` random inputs, many more in a soak run. A failure prints the smallest input found, and the
 * seed that leads to it.
 */
export function fuzz<Inputs>(
  title: string,
  runs: number,
  property: fc.IPropertyWithHooks<Inputs> | fc.IAsyncPropertyWithHooks<Inputs>,
): void {
  const numRuns = Math.min(scaled(runs), maxRuns);
  test(
    title,
    async ({ task }) => {
      let startedAt = process.threadCpuUsage();
      let slowestMs = 0;
      property
        .beforeEach(() => {
          startedAt = process.threadCpuUsage();
        })
        .afterEach(() => {
          // Of this thread: what others do with the machine meanwhile is no property of the input.
          const { user, system } = process.threadCpuUsage(startedAt);
          slowestMs = Math.max(slowestMs, (user + system) / 1_000);
        });
      await fc.assert(property, { numRuns, seed });
      task.meta.fuzz = { runs: numRuns, slowestMs, seed };
    },
    patienceMs + numRuns * patiencePerRunMs,
  );
}
