import type { Clock } from '../../core/clock.ts';
import { RequestFailure } from './failure.ts';

/** How long one request lives, its body included. Whatever works for it holds on to `signal` and lets go when that aborts. */
export interface Lifetime {
  readonly signal: AbortSignal;
  /** Waits for a step of it. One that takes longer ends all of it. @throws the reason it ended with, `timeout` among them */
  within<Value>(ms: number, step: Promise<Value>): Promise<Value>;
  /** Ends it, if nothing did before. */
  end(reason?: RequestFailure): void;
}

interface LifetimeOptions {
  readonly clock: Clock;
  readonly totalMs: number;
  /** Aborted when nobody waits any more. */
  readonly outer: readonly AbortSignal[];
}

export function startLifetime({ clock, totalMs, outer }: LifetimeOptions): Lifetime {
  const over = new AbortController();
  const ended = Promise.withResolvers<never>();
  // Nobody may be waiting when it ends.
  ended.promise.catch(() => {});

  const end = (reason = new RequestFailure({ tag: 'io', val: 'The request was given up' })): void => {
    if (over.signal.aborted) return;
    clock.clearTimeout(total);
    for (const signal of outer) signal.removeEventListener('abort', giveUp);
    ended.reject(reason);
    over.abort(reason);
  };
  const giveUp = (): void => end();
  const total = clock.setTimeout(() => end(timedOut()), totalMs);
  for (const signal of outer) signal.addEventListener('abort', giveUp, { once: true });
  if (outer.some((signal) => signal.aborted)) end();

  return {
    signal: over.signal,
    end,
    async within(ms, step) {
      const timer = clock.setTimeout(() => end(timedOut()), ms);
      try {
        return await Promise.race([ended.promise, step]);
      } finally {
        clock.clearTimeout(timer);
      }
    },
  };
}

function timedOut(): RequestFailure {
  return new RequestFailure({ tag: 'timeout' });
}
