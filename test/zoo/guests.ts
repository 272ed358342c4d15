import type { ZooGuest } from './guest.ts';
import { engineGuests } from './guests/engine.ts';
import { fileGuests } from './guests/files.ts';
import { folderGuests } from './guests/folders.ts';
import { hostCallGuests } from './guests/host-calls.ts';
import { hostsOwnGuests } from './guests/hosts-own.ts';
import { lifecycleGuests } from './guests/lifecycle.ts';
import { loadingGuests } from './guests/loading.ts';
import { memoryGuests } from './guests/memory.ts';
import { networkGuests } from './guests/network.ts';
import { processorGuests } from './guests/processor.ts';
import { valueGuests } from './guests/values.ts';
import { worldGuests } from './guests/worlds.ts';

/** The whole zoo, by what its guests attack. */
export const zoo: Readonly<Record<string, readonly ZooGuest[]>> = {
  Loading: [...loadingGuests, ...worldGuests, ...folderGuests],
  'Processor and stack': processorGuests,
  Memory: memoryGuests,
  Values: valueGuests,
  'The engine of scripts': engineGuests,
  Lifecycle: lifecycleGuests,
  'Host calls': hostCallGuests,
  Files: fileGuests,
  Network: networkGuests,
  "The host's own": hostsOwnGuests,
};

export const guests: readonly ZooGuest[] = Object.values(zoo).flat();
