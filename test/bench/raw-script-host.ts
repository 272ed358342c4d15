import { readFile } from 'node:fs/promises';
import { transpileBytes } from '@bytecodealliance/jco-transpile';

/** What jco's generated `instantiate` gives for the script host, as far as the bench uses it. */
interface ScriptExports {
  readonly script: {
    load(name: string, source: string): Promise<string[]>;
    call(name: string, args: string): Promise<string>;
  };
}

/** TypeScript knows `WebAssembly` from the DOM only. */
const { compile } = Reflect.get(globalThis, 'WebAssembly') as { compile(bytes: Uint8Array): Promise<object> };

/** The script host under bare jco, in this process: the same component, the same options, none of our layers. */
export async function rawScriptHost(): Promise<{ instantiate(): Promise<ScriptExports> }> {
  const component = await readFile(new URL('../../generated/script-host.wasm', import.meta.url));
  const { files } = await transpileBytes(component, {
    name: 'raw',
    instantiation: 'async',
    asyncMode: 'jspi',
    asyncExports: ['signalbox:plugin/script@0.1.0#load', 'signalbox:plugin/script@0.1.0#call'],
    wasiShim: false,
    emitTypescriptDeclarations: false,
  });
  const modules = new Map<string, object>();
  for (const [name, bytes] of Object.entries(files)) {
    if (name.endsWith('.wasm')) modules.set(name, await compile(Uint8Array.from(bytes)));
  }
  const glue = await import(
    `data:text/javascript;base64,${Buffer.from(files['raw.js'] ?? '').toString('base64')}`
  );
  // Every function of every interface: the script of this bench calls none.
  const functions = new Proxy({}, { get: () => () => undefined });
  const imports = new Proxy({}, { get: () => functions });
  return { instantiate: () => glue.instantiate((name: string) => modules.get(name), imports) };
}
