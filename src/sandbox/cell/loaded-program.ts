import { compileFunction } from 'node:vm';
import { SignalboxError } from '../../core/errors.ts';
import { budgets } from '../metering/budgets.ts';
import { decodeProgram, type Program } from '../program.ts';
import type { Confinement } from './confinement.ts';
import { type GlueHooks, glueHooks } from './glue-hooks.ts';
import { liftGlobals } from './lift-budget.ts';
import { wasm } from './web-assembly.ts';

/** Imports as the glue takes them: interface without version -> function in camelCase, resource of WASI as a class. */
export type HostImportObject = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface LoadedProgram extends Pick<Program, 'imports' | 'exports'> {
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
  ) => object,
  webAssembly: object,
  hooks: GlueHooks,
) => unknown;

/** Evaluates a program's glue and compiles its core modules: once, for however many instances. */
export function loadProgram(bytes: Uint8Array): LoadedProgram {
  const program = decodeProgram(bytes);
  const modules = new Map<string, CompiledModule>();
  const moduleOf = (name: string): CompiledModule => {
    const known = modules.get(name);
    if (known) return known;
    const source = program.modules[name];
    if (!source) throw new SignalboxError('ARTIFACT_INVALID', `The program has no core module "${name}"`);
    const { code, initialPages } = source;
    const compiled = { module: new wasm.Module(Uint8Array.from(code)), initialPages };
    modules.set(name, compiled);
    return compiled;
  };
  const instantiate = evaluateGlue(program.glue);
  return {
    imports: program.imports,
    exports: program.exports,
    async instantiate(imports, confinement) {
      const { meter, stack } = confinement;
      const instance: unknown = await instantiate(
        moduleOf,
        imports,
        ({ module, initialPages }, coreImports = {}) => {
          meter.takePages(initialPages);
          return new wasm.Instance(module, {
            ...stack.watched(coreImports),
            [budgets.module]: meter.imports,
          });
        },
        stack.webAssembly,
        glueHooks(confinement),
      );
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
  const names = ['globalThis', 'process', ...Object.keys(liftGlobals)];
  const evaluate = compileFunction(glue, names, { filename: 'component-glue.js' });
  const instantiate: unknown = evaluate({}, undefined, ...Object.values(liftGlobals));
  if (typeof instantiate !== 'function')
    throw new SignalboxError('INTERNAL', 'The glue has an unknown shape');
  return instantiate as Instantiate;
}
