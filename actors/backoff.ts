import type { ErrorRecord } from '../src/core/errors.ts';
import { isRetryable } from '../src/core/errors.ts';

/** DESIGN 5: 100 ms doubling to 30 s with jitter, 5 tries; 3 failures in 60 s open the breaker. */
const firstDelayMs = 100;
const longestDelayMs = 30_000;
const maxTries = 5;
const breakerFailures = 3;
const breakerWindowMs = 60_000;
/** Ready for this long, and what failed before is forgotten. */
const provenAfterMs = 60_000;

export interface Failure {
  readonly error: ErrorRecord;
  /** When it failed, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  /** Since when it was Ready; absent when it failed on the way there. */
  readonly readySince?: number;
}

/** What to do after a failure, and the failures to remember, oldest first. */
export type Verdict =
  | { readonly decision: 'restart'; readonly delayMs: number; readonly failures: readonly number[] }
  | { readonly decision: 'quarantine' | 'approval'; readonly failures: readonly number[] };

/**
 * Decides whether and when a failed plugin starts again.
 *
 * Counting rule: every failed load and every crash counts one, and only those since the plugin was last Ready for 60 s.
 * A Ready plugin whose cell was lost or whose caller aborted is innocent: it restarts after the first delay and nothing
 * is counted. Three counted failures within 60 s, or a sixth in a row however slow, end in quarantine. Errors that fail
 * the same way every time are never tried again.
 *
 * @param random from 0 up to 1; the delay is between half and the whole of its step, so that plugins that died together
 *   do not start together
 */
export function judgeFailure(remembered: readonly number[], failure: Failure, random: number): Verdict {
  const { error, at, readySince } = failure;
  const isProven = readySince !== undefined && at - readySince >= provenAfterMs;
  const before = isProven ? [] : remembered;
  if (error.code === 'PERMISSION_PENDING') return { decision: 'approval', failures: before };
  if (!isRetryable(error)) return { decision: 'quarantine', failures: before };
  if (readySince !== undefined && isInnocent(error)) {
    return { decision: 'restart', delayMs: jittered(firstDelayMs, random), failures: before };
  }
  const failures = [...before, at];
  const recent = failures.filter((time) => at - time < breakerWindowMs);
  if (recent.length >= breakerFailures || failures.length > maxTries)
    return { decision: 'quarantine', failures };
  const delayMs = Math.min(firstDelayMs * 2 ** (failures.length - 1), longestDelayMs);
  return { decision: 'restart', delayMs: jittered(delayMs, random), failures };
}

/** A guest that fills the heap of its cell loses it by its own doing, again and again (docs/decisions/0024). */
function isInnocent({ code, details }: ErrorRecord): boolean {
  return (code === 'CELL_LOST' && details?.['guilty'] !== true) || code === 'CALL_ABORTED';
}

function jittered(delayMs: number, random: number): number {
  return Math.round(delayMs * (0.5 + random / 2));
}
