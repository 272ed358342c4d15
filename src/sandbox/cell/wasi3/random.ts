import type { WasiInterfaces } from '../wasi/wasi-context.ts';

/** What `wasi:random` 0.2 of the same instance has. */
interface Random {
  readonly 'wasi:random/random': Readonly<Record<string, unknown>>;
  readonly 'wasi:random/insecure': Readonly<Record<string, unknown>>;
  readonly 'wasi:random/insecure-seed': { readonly insecureSeed: () => unknown };
}

/** `wasi:random` 0.3: one sequence with that of 0.2. */
export function randomImports(random: Random): WasiInterfaces {
  let seed: unknown;
  return {
    'wasi:random/random@0.3': random['wasi:random/random'],
    'wasi:random/insecure@0.3': random['wasi:random/insecure'],
    'wasi:random/insecure-seed@0.3': {
      // It is the same whenever it is asked for.
      getInsecureSeed: () => {
        seed ??= random['wasi:random/insecure-seed'].insecureSeed();
        return seed;
      },
    },
  };
}
