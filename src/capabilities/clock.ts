import type { HostFunction } from '../ports/host-imports.ts';
import { checkGranted } from './check-granted.ts';
import { returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

/** `signalbox:plugin/clock`. Its WIT knows no error: without `time:read` a call traps. */
export function wireClock(context: WiringContext): Readonly<Record<string, HostFunction>> {
  const permission = { kind: 'time:read' } as const;
  return {
    now() {
      checkGranted(context, permission);
      return returned(BigInt(context.clock.now()) * 1_000_000n);
    },
    monotonic() {
      checkGranted(context, permission);
      return returned(monotonicNanos());
    },
  };
}

/** As browsers coarsen it for pages that share a process: plugins of one cell share one, and a finer clock can time what others do. */
const resolutionNanos = 100_000n;

/** Nanoseconds since some moment before this process started. */
export function monotonicNanos(): bigint {
  const now = process.hrtime.bigint();
  return now - (now % resolutionNanos);
}
