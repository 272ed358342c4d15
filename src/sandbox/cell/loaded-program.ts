import { compileFunction } from 'node:vm';
import { SignalboxError } from '../../core/errors.ts';
import { budgets } from '../metering/budgets.ts';
import { startExport } from '../metering/start-apart.ts';
import { decodeProgram, type Program, type ProgramModule } from '../program.ts';
import type { Confinement } from './confinement.ts';
import { type GlueHooks, glueHooks } from './glue-hooks.ts';
import { liftGlobals } from './lift-budget.ts';
import { type WasmCall, wasm } from './web-assembly.ts';

/** Imports as the glue takes them: interface without version -> function in camelCase, resource of WASI as a class. */
export type HostImportObject = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface LoadedProgram extends Pick<Program, 'imports' | 'exports'> {
  /** Compiles its core modules once, on other threads. Nothing when that is done. */
  compile(): Promise<void> | undefined;
  /** To be called when it is compiled. */
  instantiate(
    imports: HostImportObject,
    confinement: Confinement,
  ): Promise<Readonly<Record<string, unknown>>>;
}

interface CompiledModule {
  readonly module: object;
  readonly initialPages: number;
}

type Instantiate = (
  getCoreModule: (name: string) => CompiledModule,
  imports: HostImportObject,
  instantiateCore: (
    module: CompiledModule,
    /** Absent for a module that imports nothing. */
    imports?: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => object | Promise<object>,
  webAssembly: object,
  hooks: GlueHooks,
) => unknown;

/** Evaluates a program's glue. Its core modules are compiled once, for however many instances. */
export function loadProgram(bytes: Uint8Array): LoadedProgram {
  const program = decodeProgram(bytes);
  let modules: ReadonlyMap<string, CompiledModule> | undefined;
  let compiling: Promise<void> | undefined;
  const compile = async (): Promise<void> => {
    modules = new Map(await Promise.all(Object.entries(program.modules).map(compiled)));
  };
  const moduleOf = (name: string): CompiledModule => {
    const module = modules?.get(name);
    if (module) return module;
    throw new SignalboxError('ARTIFACT_INVALID', `The program has no core module "${name}"`);
  };
  const instantiate = evaluateGlue(program.glue);
  return {
    imports: program.imports,
    exports: program.exports,
    compile: () => {
      if (modules) return undefined;
      compiling ??= compile();
      return compiling;
    },
    async instantiate(imports, confinement) {
      const { meter, stack } = confinement;
      const instance: unknown = await instantiate(
        moduleOf,
        imports,
        ({ module, initialPages }, coreImports = {}) => {
          meter.takePages(initialPages);
          const instance = new wasm.Instance(module, {
            ...stack.watched(coreImports),
            [budgets.module]: meter.imports,
          });
          const start = instance.exports[startExport];
          return typeof start === 'function'
            ? started(instance, stack.promising(start as WasmCall))
            : instance;
        },
        stack.webAssembly,
        glueHooks(confinement),
      );
      if (typeof instance === 'object' && instance !== null) return { ...instance };
      throw new SignalboxError('ARTIFACT_INVALID', 'The component instantiates to nothing');
    },
  };
}

async function compiled([name, { code, initialPages }]: [string, ProgramModule]): Promise<
  [string, CompiledModule]
> {
  // A large module takes half a second, which everybody in the cell would wait for.
  return [name, { module: await wasm.compile(code), initialPages }];
}

async function started(instance: object, start: () => Promise<unknown>): Promise<object> {
  await start();
  return instance;
}

/**
 * The glue sees no `process` and another `globalThis`: it needs neither, and asks them for a debug variable a dozen times a
 * call. This keeps accidents away; what keeps the guest away is the process.
 */
function evaluateGlue(glue: string): Instantiate {
  const names = ['globalThis', 'process', ...Object.keys(liftGlobals)];
  const evaluate = compileFunction(glue, names, { filename: 'component-glue.js' });
  const instantiate: unknown = evaluate({}, undefined, ...Object.values(liftGlobals));
  if (typeof instantiate !== 'function')
    throw new SignalboxError('INTERNAL', 'The glue has an unknown shape');
  return instantiate as Instantiate;
}
