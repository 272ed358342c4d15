import type { WasiContext, WasiInterfaces } from '../wasi/wasi-context.ts';
import { cliImports } from './cli.ts';
import { clockImports } from './clocks.ts';
import { filesystemImports } from './filesystem.ts';
import { GuestStreams } from './guest-stream.ts';
import { httpImports } from './http.ts';
import { randomImports } from './random.ts';
import { socketImports } from './sockets.ts';

/** The parts of one instance's WASI 0.2 that its 0.3 is made of: toolchains import both. */
interface Wasi2 {
  readonly cli: Parameters<typeof cliImports>[1];
  readonly clocks: Parameters<typeof clockImports>[1];
  readonly random: Parameters<typeof randomImports>[0];
  readonly filesystem: {
    readonly imports: {
      readonly 'wasi:filesystem/preopens': {
        readonly getDirectories: Parameters<typeof filesystemImports>[2];
      };
    };
  };
}

export interface Wasi3 {
  readonly imports: WasiInterfaces;
  /** Takes what the guest has written to its streams. */
  settle(): Promise<void>;
}

/** WASI 0.3 of one instance. */
export function openWasi3(context: WasiContext, { cli, clocks, random, filesystem }: Wasi2): Wasi3 {
  const streams = new GuestStreams(context.host);
  const { getDirectories } = filesystem.imports['wasi:filesystem/preopens'];
  return {
    imports: {
      ...cliImports(streams, cli),
      ...clockImports(context, clocks),
      ...randomImports(random),
      ...filesystemImports(context, streams, getDirectories),
      ...socketImports(context),
      ...httpImports(context, streams),
    },
    settle: () => streams.settle(),
  };
}
