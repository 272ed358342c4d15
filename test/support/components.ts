import { readFileSync } from 'node:fs';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';

/** Components as toolchains make them: of hand-written text, of C by `componentize`, with memories, resources and lists. */
export async function realComponents(): Promise<readonly Uint8Array[]> {
  return [
    await parse(readFileSync(new URL('../fixtures/sandbox/probe.wat', import.meta.url), 'utf8')),
    readFileSync(new URL('../../plugins/heartbeat/dist/heartbeat.wasm', import.meta.url)),
    readFileSync(new URL('../../plugins/hello_world/dist/hello-world.wasm', import.meta.url)),
  ];
}

const coreModuleSection = 1;

/** The core modules that stand at the top of a component. */
export function coreModulesOf(component: Uint8Array): readonly Uint8Array[] {
  const modules: Uint8Array[] = [];
  for (let at = 8; at < component.length; ) {
    const id = component[at];
    let size = 0;
    let byte: number;
    let shift = 0;
    do {
      at += 1;
      byte = component[at] ?? 0;
      size += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while (byte >= 0x80);
    at += 1;
    if (id === coreModuleSection) modules.push(component.subarray(at, at + size));
    at += size;
  }
  return modules;
}
