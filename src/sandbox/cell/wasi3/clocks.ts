import type { WasiContext } from '../wasi/wasi-context.ts';
import { Timers } from './timers.ts';

interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

/** What of `wasi:clocks` 0.2 is the same in 0.3. */
interface Clocks {
  readonly 'wasi:clocks/wall-clock': { readonly now: () => Datetime; readonly resolution: () => Datetime };
  readonly 'wasi:clocks/monotonic-clock': { readonly now: () => bigint; readonly resolution: () => bigint };
}

const nanosPerSecond = 1_000_000_000n;

/** `wasi:clocks` 0.3: the clocks of 0.2, with waiting that suspends one task. */
export function clockImports({ host, nowNanos }: WasiContext, clocks: Clocks) {
  const timers = new Timers(host, nowNanos);
  const wall = clocks['wasi:clocks/wall-clock'];
  const monotonic = clocks['wasi:clocks/monotonic-clock'];
  return {
    'wasi:clocks/types@0.3': {},
    'wasi:clocks/system-clock@0.3': {
      now: wall.now,
      getResolution: () => {
        const { seconds, nanoseconds } = wall.resolution();
        return seconds * nanosPerSecond + BigInt(nanoseconds);
      },
    },
    'wasi:clocks/monotonic-clock@0.3': {
      now: monotonic.now,
      getResolution: monotonic.resolution,
      waitUntil: (atNanos: bigint) => timers.until(atNanos),
      waitFor: (nanos: bigint) => timers.until(nowNanos() + nanos),
    },
  };
}
