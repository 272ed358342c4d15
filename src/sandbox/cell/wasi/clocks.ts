import { hrtime } from 'node:process';
import { Pollable } from './poll.ts';
import type { WasiContext } from './wasi-context.ts';

/** Without `time:read` the monotonic clock moves in steps of this: fit for timeouts, not for measuring a neighbour. */
const coarseNanos = 1_000_000n;
const secondMs = 1_000;

/** Nanoseconds since the instance was made, as fine as it may know. */
export function monotonicClock(mayReadTime: boolean): () => bigint {
  const startedAt = hrtime.bigint();
  return () => {
    const elapsed = hrtime.bigint() - startedAt;
    return mayReadTime ? elapsed : elapsed - (elapsed % coarseNanos);
  };
}

/** `wasi:clocks`. Without `time:read` the wall clock stands at the second the instance was made in. */
export function clockImports({ grant, numbers, waiting, nowNanos }: WasiContext) {
  const { mayReadTime } = grant;
  const madeAt = Date.now();
  const wallMs = (): number => (mayReadTime ? Date.now() : madeAt - (madeAt % secondMs));
  const at = (atNanos: bigint): Pollable =>
    new Pollable(numbers, waiting, { atNanos, isReady: () => nowNanos() >= atNanos });
  return {
    'wasi:clocks/wall-clock': {
      now: () => {
        const ms = wallMs();
        return { seconds: BigInt(Math.floor(ms / secondMs)), nanoseconds: (ms % secondMs) * 1_000_000 };
      },
      resolution: () =>
        mayReadTime ? { seconds: 0n, nanoseconds: 1_000_000 } : { seconds: 1n, nanoseconds: 0 },
    },
    'wasi:clocks/monotonic-clock': {
      now: nowNanos,
      resolution: () => (mayReadTime ? 1n : coarseNanos),
      subscribeInstant: at,
      subscribeDuration: (nanos: bigint) => at(nowNanos() + nanos),
    },
  };
}
