import type { Descriptor } from '../wasi/descriptor.ts';
import type { WasiContext, WasiInterfaces } from '../wasi/wasi-context.ts';
import { Descriptor3 } from './descriptor.ts';
import type { GuestStreams } from './guest-stream.ts';

/** `wasi:filesystem` 0.3, over the directories of 0.2. */
export function filesystemImports(
  { numbers }: WasiContext,
  streams: GuestStreams,
  directories: () => readonly (readonly [Descriptor, string])[],
): WasiInterfaces {
  return {
    'wasi:filesystem/types@0.3': { Descriptor: Descriptor3 },
    'wasi:filesystem/preopens@0.3': {
      getDirectories: () =>
        directories().map(([directory, path]) => [new Descriptor3(numbers, streams, directory), path]),
    },
  };
}
