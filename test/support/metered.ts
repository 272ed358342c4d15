import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { yieldFunction } from '../../src/sandbox/cell/yield-function.ts';
import { type MeterOptions, meterModule } from '../../src/sandbox/metering/meter-module.ts';
import { type WasmGlobal, type WasmInstance, wasm } from './web-assembly.ts';

export const meterOptions: MeterOptions = { maxMemoryPages: 16, maxTableElements: 100 };

/** More than any test spends. */
export const plenty = 1n << 40n;

export interface Metered {
  readonly exports: WasmInstance['exports'];
  readonly fuel: WasmGlobal;
  readonly budgets: ReturnType<typeof budgetsWith>;
  /** Calls an export and tells what it gave and took. A trap is told by its message. */
  call(name: string, ...parameters: readonly unknown[]): { readonly result: unknown; readonly spent: number };
}

export function newFuel(budget = plenty): WasmGlobal {
  return new wasm.Global({ value: 'i64', mutable: true }, budget);
}

/** Suspends the guest while a promise is pending. */
function yieldTo(onSpent: () => void | Promise<void>): unknown {
  let answer: unknown;
  const mustSuspend = (): boolean => {
    answer = onSpent();
    return answer !== undefined;
  };
  return yieldFunction(mustSuspend, new wasm.Suspending(() => answer));
}

/** What a metered module imports: this fuel, and pages for 4 GiB. */
export function budgetsWith(fuel: WasmGlobal, pages = 65_536n, onSpent?: () => void | Promise<void>) {
  return {
    fuel,
    pages: newFuel(pages),
    'refused-pages': newFuel(0n),
    yield: onSpent ? yieldTo(onSpent) : null,
  };
}

/** Meters a module given as text and instantiates it. */
export async function metered(
  text: string,
  {
    fuel = newFuel(),
    pages = 1_000n,
    onSpent,
    imports = {},
    options = meterOptions,
  }: {
    fuel?: WasmGlobal;
    pages?: bigint;
    onSpent?: () => void | Promise<void>;
    imports?: object;
    options?: MeterOptions;
  } = {},
): Promise<Metered> {
  const module = new wasm.Module(meterModule(await parse(`(module ${text})`), options));
  const budgets = budgetsWith(fuel, pages, onSpent);
  const { exports } = new wasm.Instance(module, { ...imports, __signalbox: budgets });
  return {
    exports,
    fuel,
    budgets,
    call(name, ...parameters) {
      const before = BigInt(String(fuel.value));
      const result = outcomeOf(exports[name], parameters);
      return { result, spent: Number(before - BigInt(String(fuel.value))) };
    },
  };
}

function outcomeOf(exported: unknown, parameters: readonly unknown[]): unknown {
  if (typeof exported !== 'function') throw new Error('The module exports no such function');
  try {
    return exported(...parameters);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
