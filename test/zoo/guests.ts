import type { ZooGuest } from './guest.ts';
import { engineGuests } from './guests/engine.ts';
import { fileGuests } from './guests/files.ts';
import { hostCallGuests } from './guests/host-calls.ts';
import { lifecycleGuests } from './guests/lifecycle.ts';
import { loadingGuests } from './guests/loading.ts';
import { memoryGuests } from './guests/memory.ts';
import { processorGuests } from './guests/processor.ts';
import { valueGuests } from './guests/values.ts';

/** The whole zoo, by what its guests attack. */
export const zoo: Readonly<Record<string, readonly ZooGuest[]>> = {
  Loading: loadingGuests,
  'Processor and stack': processorGuests,
  Memory: memoryGuests,
  Values: valueGuests,
  'The engine of scripts': engineGuests,
  Lifecycle: lifecycleGuests,
  'Host calls': hostCallGuests,
  Files: fileGuests,
};

export const guests: readonly ZooGuest[] = Object.values(zoo).flat();
