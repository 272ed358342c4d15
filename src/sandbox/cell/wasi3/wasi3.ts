import type { WasiContext, WasiInterfaces } from '../wasi/wasi-context.ts';
import { cliImports } from './cli.ts';
import { clockImports } from './clocks.ts';
import { filesystemImports } from './filesystem.ts';
import { randomImports } from './random.ts';
import { socketImports } from './sockets.ts';

/** The parts of one instance's WASI 0.2 that its 0.3 is made of: toolchains import both. */
interface Wasi2 {
  readonly cli: Parameters<typeof cliImports>[1];
  readonly clocks: Parameters<typeof clockImports>[1];
  readonly random: Parameters<typeof randomImports>[0];
  readonly filesystem: {
    readonly imports: {
      readonly 'wasi:filesystem/preopens': { readonly getDirectories: Parameters<typeof filesystemImports>[1] };
    };
  };
}

/** WASI 0.3 of one instance. */
export function wasi3Imports(context: WasiContext, { cli, clocks, random, filesystem }: Wasi2): WasiInterfaces {
  return {
    ...cliImports(context, cli),
    ...clockImports(context, clocks),
    ...randomImports(random),
    ...filesystemImports(context, filesystem.imports['wasi:filesystem/preopens'].getDirectories),
    ...socketImports(context),
  };
}
