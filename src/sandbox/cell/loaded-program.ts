import { compileFunction } from 'node:vm';
import { SignalboxError } from '../../core/errors.ts';
import { decodeProgram, type Program } from '../program.ts';
import { limitReached } from './wasi/wit-error.ts';

/** Imports as the glue takes them: interface without version -> function in camelCase, resource of WASI as a class. */
export type HostImportObject = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Handles of resources one instance may hold, its own and those of WASI. */
const maxHandles = 1_024;

export interface LoadedProgram extends Pick<Program, 'imports' | 'exports'> {
  /** @param onEnter called each time an export of the guest begins to run */
  instantiate(imports: HostImportObject, onEnter: () => void): Promise<Readonly<Record<string, unknown>>>;
}

type Instantiate = (
  getCoreModule: (name: string) => object,
  imports: HostImportObject,
  instantiateCore: (module: object, imports: object) => object,
  webAssembly: object,
) => unknown;

/** Evaluates a program's glue and compiles its core modules: once, for however many instances. */
export function loadProgram(bytes: Uint8Array): LoadedProgram {
  const program = decodeProgram(bytes);
  const modules = new Map<string, object>();
  const moduleOf = (name: string): object => {
    const known = modules.get(name);
    if (known) return known;
    const source = program.modules[name];
    if (!source) throw new SignalboxError('ARTIFACT_INVALID', `The program has no core module "${name}"`);
    const compiled = new wasm.Module(Uint8Array.from(source));
    modules.set(name, compiled);
    return compiled;
  };
  const instantiate = evaluateGlue(program.glue);
  return {
    imports: program.imports,
    exports: program.exports,
    async instantiate(imports, onEnter) {
      const instantiateCore = (module: object, coreImports: object): object =>
        new wasm.Instance(module, coreImports);
      const instance: unknown = await instantiate(moduleOf, imports, instantiateCore, wasmThatTells(onEnter));
      if (typeof instance === 'object' && instance !== null) return { ...instance };
      throw new SignalboxError('ARTIFACT_INVALID', 'The component instantiates to nothing');
    },
  };
}

/**
 * The glue sees no `process` and another `globalThis`: it needs neither, and asks them for a debug variable a dozen times a
 * call. This keeps accidents away; what keeps the guest away is the process.
 */
function evaluateGlue(glue: string): Instantiate {
  const evaluate = compileFunction(glue, ['globalThis', 'process'], { filename: 'component-glue.js' });
  const instantiate: unknown = evaluate({}, undefined);
  if (typeof instantiate !== 'function')
    throw new SignalboxError('INTERNAL', 'The glue has an unknown shape');
  return instantiate as Instantiate;
}

/**
 * `WebAssembly` for one instance: every entry into an export goes through `promising`, and every handle is counted, since the
 * preparation has put these two calls into the glue.
 */
function wasmThatTells(onEnter: () => void): object {
  const promising = (fn: (...args: unknown[]) => unknown): ((...args: unknown[]) => Promise<unknown>) => {
    const enter = wasm.promising(fn);
    return (...args) => {
      onEnter();
      return enter(...args);
    };
  };
  let handles = 0;
  const handleMade = (): void => {
    handles += 1;
    if (handles > maxHandles) throw limitReached('handles', handles, maxHandles);
  };
  const handleDropped = (): void => {
    handles -= 1;
  };
  return Object.create(wasm, {
    promising: { value: promising },
    handleMade: { value: handleMade },
    handleDropped: { value: handleDropped },
  });
}

/** As much of `WebAssembly` as is used here. TypeScript knows it from the DOM only, and Promise Integration not at all. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => object;
  promising(fn: (...args: unknown[]) => unknown): (...args: unknown[]) => Promise<unknown>;
}

const wasm = Reflect.get(globalThis, 'WebAssembly') as Wasm;
