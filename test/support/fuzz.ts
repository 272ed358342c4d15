import fc from 'fast-check';
import { test } from 'vitest';
import { scaled, seed } from './scale.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What a soak run tells of a property: the inputs tried, the time the worst of them took, and how to try them again. */
    fuzz?: { readonly runs: number; readonly slowestMs: number; readonly seed: number };
  }
}

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
  const numRuns = scaled(runs);
  test(
    title,
    async ({ task }) => {
      let startedAt = 0;
      let slowestMs = 0;
      property
        .beforeEach(() => {
          startedAt = performance.now();
        })
        .afterEach(() => {
          slowestMs = Math.max(slowestMs, performance.now() - startedAt);
        });
      await fc.assert(property, { numRuns, seed });
      task.meta.fuzz = { runs: numRuns, slowestMs, seed };
    },
    patienceMs + numRuns * patiencePerRunMs,
  );
}
