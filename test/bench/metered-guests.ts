import { meterModule } from '../../src/sandbox/metering/meter-module.ts';
import { budgetsWith, newFuel } from '../support/metered.ts';
import { type WasmGlobal, type WasmModule, wasm } from '../support/web-assembly.ts';
import { rawScriptHost } from './raw-script-host.ts';

/** The same work twice, by the code as it was and by the metered one. */
export interface MeteredGuest {
  readonly name: string;
  run(): unknown;
  runMetered(): unknown;
  readonly fuel: WasmGlobal;
}

/** More than any guest spends in a round. */
export const plentyOfFuel = 1n << 62n;

const scripts: Readonly<Record<string, string>> = {
  'QuickJS: objects and methods': `({ run() {
    class Task { constructor(id, next) { this.id = id; this.next = next; this.count = 0 } step(x) { this.count += x & 3; return this.next } }
    let first = null; for (let i = 0; i < 10; i++) first = new Task(i, first);
    let sum = 0; for (let round = 0; round < 300; round++) for (let t = first; t; t = t.step(round)) sum += t.count; return sum } })`,
  'QuickJS: numeric loop':
    '({ run() { let x = 1; for (let i = 0; i < 20000; i++) x = (x * 31 + i) % 65521; return x } })',
  'QuickJS: fib': '({ run() { const f = n => n < 2 ? n : f(n - 1) + f(n - 2); return f(16) } })',
  'QuickJS: strings, JSON, regexp, sort': `({ run() {
    const list = Array.from({ length: 120 }, (_, i) => ({ id: i, name: 'item ' + (i * 7919 % 120), tags: ['a', 'b' + i] }));
    const back = JSON.parse(JSON.stringify(list)).sort((a, b) => a.name < b.name ? -1 : 1);
    return back.map(x => x.name.replace(/(\\\\d+)/g, '<$1>').toUpperCase()).join('|').length } })`,
};

const bounds = { maxMemoryPages: 4096, maxTableElements: 10_000 };

/** What people run: scripts on QuickJS, and a program in Rust. */
export async function meteredGuests(): Promise<readonly MeteredGuest[]> {
  return [...(await scriptGuests()), await textParser()];
}

async function scriptGuests(): Promise<readonly MeteredGuest[]> {
  const fuel = newFuel(plentyOfFuel);
  const raw = await rawScriptHost();
  const metered = await rawScriptHost((bytes) => meterModule(bytes, bounds), {
    __signalbox: budgetsWith(fuel),
  });
  return Promise.all(
    Object.entries(scripts).map(async ([name, source]) => {
      const [run, runMetered] = await Promise.all(
        [raw, metered].map(async (host) => {
          const { script } = await host.instantiate();
          await script.load('bench.js', source);
          return () => script.call('run', '[]');
        }),
      );
      if (run === undefined || runMetered === undefined) throw new Error(`${name}: no script host`);
      return { name, run, runMetered, fuel };
    }),
  );
}

/** wasm-tools, a Rust program that ships inside of jco, parses a large module of text. */
async function textParser(): Promise<MeteredGuest> {
  const fuel = newFuel(plentyOfFuel);
  const text = `(module ${Array.from(
    { length: 400 },
    (_, index) => `(func $f${index} (param i32) (result i32) (local i64)
    local.get 0 i32.const ${index} i32.add call $f${index === 0 ? 0 : index - 1} if (result i32) i32.const 1 else local.get 0 end)`,
  ).join('\n')})`;
  const vendor = new URL('../vendor/', import.meta.resolve('@bytecodealliance/jco-transpile/component'));
  const open = async (isMetered: boolean): Promise<() => unknown> => {
    const { compile, instantiate } = wasm;
    // The bindings instantiate themselves when they are imported, so this is the only way in.
    Object.assign(wasm, {
      compile: async (bytes: Uint8Array) =>
        compile(isMetered ? meterModule(new Uint8Array(bytes), bounds) : bytes),
      instantiate: (module: WasmModule, imports: object) =>
        instantiate(module, { ...imports, __signalbox: budgetsWith(fuel) }),
    });
    try {
      const { $init, tools } = await import(new URL(`./wasm-tools.js?metered=${isMetered}`, vendor).href);
      await $init;
      return () => tools.parse(text).length;
    } finally {
      Object.assign(wasm, { compile, instantiate });
    }
  };
  return {
    name: 'Rust: wasm-tools parses text',
    run: await open(false),
    runMetered: await open(true),
    fuel,
  };
}
