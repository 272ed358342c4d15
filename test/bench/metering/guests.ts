import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { MeterOptions } from '../../../src/sandbox/metering/meter-module.ts';
import { budgetsWith } from '../../support/metered.ts';
import { type WasmGlobal, type WasmInstance, type WasmModule, wasm } from '../../support/web-assembly.ts';

type Meter = (bytes: Uint8Array, options: MeterOptions) => Uint8Array;

export interface LoadedGuest {
  run(): unknown;
  runMetered(): unknown;
  readonly fuel: WasmGlobal;
  /** Metered size by raw size. */
  readonly bytes: number;
}

export interface Guest {
  readonly name: string;
  load(meter: Meter): Promise<LoadedGuest>;
}

interface Script {
  load(name: string, source: string): Promise<unknown>;
  call(name: string, parameters: string): Promise<string>;
}

const scripts: Readonly<Record<string, string>> = {
  'QuickJS: richards-like objects': `({ run() {
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

/** @param folder What jco made of a script host component, see `run` in `/src/sandbox`. */
export function guests(folder: string | undefined): readonly Guest[] {
  const quickJs = folder === undefined ? [] : Object.keys(scripts).map((name) => scriptGuest(folder, name));
  return [...quickJs, textParser()];
}

function scriptGuest(folder: string, name: string): Guest {
  return {
    name,
    async load(meter) {
      const fuel = newFuel();
      let rawBytes = 0;
      let meteredBytes = 0;
      const open = async (isMetered: boolean): Promise<() => unknown> => {
        const glue = await import(pathToFileURL(join(folder, 'p.js')).href);
        const getCoreModule = (file: string): WasmModule => {
          const bytes = readFileSync(join(folder, file));
          const code = isMetered ? meter(bytes, { maxMemoryPages: 1024, maxTableElements: 10_000 }) : bytes;
          rawBytes += bytes.length;
          meteredBytes += isMetered ? code.length : 0;
          return new wasm.Module(code);
        };
        const none = (): undefined => undefined;
        const imports = {
          'signalbox:plugin/log': { log: none },
          'signalbox:plugin/config': { get: none },
          'signalbox:plugin/relay': { publish: none },
          'signalbox:plugin/filesystem': { listDir: none, readMetadata: none, read: none },
          'signalbox:plugin/watch': { subscribe: none, unsubscribe: none },
        };
        const instantiateCore = (module: WasmModule, coreImports: object): WasmInstance =>
          new wasm.Instance(module, { ...coreImports, __signalbox: budgetsWith(fuel) });
        const instance = await glue.instantiate(getCoreModule, imports, instantiateCore);
        const script: Script = instance.script ?? instance['signalbox:plugin/script@0.1.0'];
        await script.load('bench.js', scripts[name] ?? '');
        return () => script.call('run', '[]');
      };
      const run = await open(false);
      const runMetered = await open(true);
      if ((await run()) !== (await runMetered())) throw new Error(`${name}: metered and raw differ`);
      return { run, runMetered, fuel, bytes: meteredBytes / (rawBytes / 2) };
    },
  };
}

/** wasm-tools, a Rust program that ships inside of jco, parses a large module of text. */
function textParser(): Guest {
  return {
    name: 'Rust: wasm-tools parses text',
    async load(meter) {
      const fuel = newFuel();
      const vendor = new URL('../vendor/', import.meta.resolve('@bytecodealliance/jco-transpile/component'));
      const main = readFileSync(fileURLToPath(new URL('./wasm-tools.core.wasm', vendor)));
      let metered: Uint8Array = main;
      const text = `(module ${Array.from(
        { length: 400 },
        (_, index) => `(func $f${index} (param i32) (result i32) (local i64)
        local.get 0 i32.const ${index} i32.add call $f${index === 0 ? 0 : index - 1} if (result i32) i32.const 1 else local.get 0 end)`,
      ).join('\n')})`;
      const open = async (isMetered: boolean): Promise<() => unknown> => {
        const { compile, instantiate } = wasm;
        // The bindings instantiate themselves when they are imported, so this is the only way in.
        Object.assign(wasm, {
          compile: async (bytes: Uint8Array) => {
            const code = isMetered
              ? meter(new Uint8Array(bytes), { maxMemoryPages: 4096, maxTableElements: 10_000 })
              : bytes;
            if (code.length > metered.length) metered = code;
            return compile(code);
          },
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
      const run = await open(false);
      const runMetered = await open(true);
      if (run() !== runMetered()) throw new Error('wasm-tools: metered and raw differ');
      return { run, runMetered, fuel, bytes: metered.length / main.length };
    },
  };
}

function newFuel(): WasmGlobal {
  return new wasm.Global({ value: 'i64', mutable: true }, 1n << 62n);
}
