import type { GlueTimers } from './glue-timers.ts';
import type { GuestLift } from './guest-lift.ts';
import type { GuestMeter } from './guest-meter.ts';
import type { GuestStack } from './guest-stack.ts';
import type { GuestTasks } from './guest-tasks.ts';

/** What confines one instance. */
export interface Confinement {
  readonly meter: GuestMeter;
  readonly lift: GuestLift;
  readonly stack: GuestStack;
  readonly tasks: GuestTasks;
  readonly timers: GlueTimers;
}
