import type { Confinement } from './confinement.ts';
import type { GlueTimers } from './glue-timers.ts';
import { limitReached } from './wasi/wit-error.ts';
import type { WasmCall } from './web-assembly.ts';

/** Handles of resources one instance may hold, its own and those of WASI. */
const maxHandles = 1_024;
/** Handles of what tasks wait for: ends of streams and futures, calls under way, sets of them. */
const maxWaitables = 1_024;

interface HandleTable {
  insert(held: unknown): number;
  remove(handle: number): unknown;
}

/** `$$hooks` of the glue of one instance: preparation has put its calls there. */
export interface GlueHooks {
  readonly timers: GlueTimers;
  /** The guest's function that makes room, such that it can be suspended. */
  makingRoom(realloc: WasmCall): (...args: unknown[]) => Promise<unknown>;
  /** A message that is being read has kept others waiting: `liftRests` lets them run. */
  isLiftLong(): boolean;
  liftRests(): Promise<void>;
  handleMade(): void;
  handleDropped(): void;
  countedTable<Table extends HandleTable>(table: Table): Table;
  /** What is to be done when the guest steps aside, giving what is to be done when it goes on. */
  onPause(pause: () => () => void): void;
  taskBegan(task: object): void;
  taskEnded(task: object): void;
  taskFailed(task: object, reason: unknown): void;
}

export function glueHooks({ meter, lift, stack, tasks, timers }: Confinement): GlueHooks {
  const counter = (name: string, max: number) => {
    let held = 0;
    return {
      made: (): void => {
        held += 1;
        if (held > max) meter.exceed(limitReached(name, held, max));
      },
      dropped: (): void => {
        held -= 1;
      },
    };
  };
  const handles = counter('handles', maxHandles);
  const waitables = counter('waitables', maxWaitables);
  return {
    timers,
    makingRoom: (realloc) => stack.promising(realloc, false),
    isLiftLong: () => lift.isLong(),
    liftRests: () => lift.rest(),
    handleMade: handles.made,
    handleDropped: handles.dropped,
    countedTable: (table) => {
      const { insert, remove } = table;
      return Object.assign(table, {
        insert(held: unknown) {
          waitables.made();
          return insert.call(table, held);
        },
        remove(handle: number) {
          const held = remove.call(table, handle);
          waitables.dropped();
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
