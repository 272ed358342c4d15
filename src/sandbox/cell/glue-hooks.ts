import type { GlueTimers } from './glue-timers.ts';
import type { Confinement } from './loaded-program.ts';
import { limitReached } from './wasi/wit-error.ts';

/**
 * Handles one instance may hold: of resources, its own and those of WASI, and of what tasks wait for: ends of streams and futures, calls under
 * way, sets of them.
 */
const maxHandles = 1_024;

interface HandleTable {
  insert(held: unknown): number;
  remove(handle: number): unknown;
}

/** `$$hooks` of the glue of one instance: preparation has put its calls there. */
export interface GlueHooks {
  readonly timers: GlueTimers;
  handleMade(): void;
  handleDropped(): void;
  countedTable<Table extends HandleTable>(table: Table): Table;
  /** What is to be done when the guest steps aside, giving what is to be done when it goes on. */
  onPause(pause: () => () => void): void;
  taskBegan(task: object): void;
  taskEnded(task: object): void;
  taskFailed(task: object, reason: unknown): void;
}

export function glueHooks({ meter, stack, tasks, timers }: Confinement): GlueHooks {
  let handles = 0;
  const handleMade = (): void => {
    handles += 1;
    if (handles > maxHandles) meter.exceed(limitReached('handles', handles, maxHandles));
  };
  const handleDropped = (): void => {
    handles -= 1;
  };
  return {
    timers,
    handleMade,
    handleDropped,
    countedTable: (table) => {
      const { insert, remove } = table;
      return Object.assign(table, {
        insert(held: unknown) {
          handleMade();
          return insert.call(table, held);
        },
        remove(handle: number) {
          const held = remove.call(table, handle);
          handleDropped();
          return held;
        },
      });
    },
    onPause: (pause) => stack.alsoOnPause(pause),
    taskBegan: (task) => tasks.began(task),
    taskEnded: (task) => tasks.ended(task),
    taskFailed: (task, reason) => tasks.failed(task, reason),
  };
}
