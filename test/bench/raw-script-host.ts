import { readFile } from 'node:fs/promises';
import { transpileBytes } from '@bytecodealliance/jco-transpile';
import { type WasmInstance, type WasmModule, wasm } from '../support/web-assembly.ts';

/** What jco's generated `instantiate` gives for the script host, as far as the bench uses it. */
interface ScriptExports {
  readonly script: {
    load(name: string, source: string): Promise<string[]>;
    call(name: string, args: string): Promise<string>;
  };
}

/**
 * The script host under bare jco, in this process: the same component, the same options, none of our layers.
 *
 * @param rewrite what to make of each core module
 * @param coreImports what its core modules import besides
 */
export async function rawScriptHost(
  rewrite: (module: Uint8Array) => Uint8Array = (module) => module,
  coreImports: object = {},
): Promise<{ instantiate(): Promise<ScriptExports> }> {
  const component = await readFile(new URL('../../generated/script-host.wasm', import.meta.url));
  const { files } = await transpileBytes(component, {
    name: 'raw',
    instantiation: 'async',
    asyncMode: 'jspi',
    asyncExports: ['signalbox:plugin/script@0.1.0#load', 'signalbox:plugin/script@0.1.0#call'],
    wasiShim: false,
    emitTypescriptDeclarations: false,
  });
  const modules = new Map<string, WasmModule>();
  for (const [name, bytes] of Object.entries(files)) {
    if (name.endsWith('.wasm')) modules.set(name, await wasm.compile(rewrite(Uint8Array.from(bytes))));
  }
  const glue = await import(
    `data:text/javascript;base64,${Buffer.from(files['raw.js'] ?? '').toString('base64')}`
  );
  // Every function of every interface: the script of this bench calls none.
  const functions = new Proxy({}, { get: () => () => undefined });
  const imports = new Proxy({}, { get: () => functions });
  const instantiateCore = (module: WasmModule, own: object): WasmInstance =>
    new wasm.Instance(module, { ...own, ...coreImports });
  return {
    instantiate: () => glue.instantiate((name: string) => modules.get(name), imports, instantiateCore),
  };
}
