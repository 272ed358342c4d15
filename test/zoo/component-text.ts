import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const witMark = ';;wit ';

/** What every guest has, in so far as it does not bring its own. Memory: 32 is for answers, 64 for texts, the heap begins at 1024. */
const parts: readonly { readonly name: string; readonly text: string; readonly export: string }[] = [
  {
    name: '$init',
    text: '(func $init (param i32 i32) (result i32) (i32.const 32))',
    export: 'signalbox:plugin/lifecycle@0.1.0#init',
  },
  {
    name: '$handle-event',
    text: '(func $handle-event (param i32 i64 i32 i32 i32) (result i32) (i32.const 32))',
    export: 'signalbox:plugin/lifecycle@0.1.0#handle-event',
  },
  {
    name: '$shutdown',
    text: '(func $shutdown)',
    export: 'signalbox:plugin/lifecycle@0.1.0#shutdown',
  },
  {
    name: '$realloc',
    text: `(func $realloc (param i32 i32 i32 i32) (result i32)
      (local $start i32)
      (local.set $start (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
      (global.set $free (i32.add (local.get $start) (local.get 3)))
      (local.get $start))`,
    export: 'cabi_realloc',
  },
];

/**
 * Makes components of texts: a text that begins with `(component` as it stands; any other is the inside of a core module in the
 * canonical ABI, its lines `;;wit ...` the items of its world beside the lifecycle.
 */
export async function createComponentBuilder(): Promise<
  AsyncDisposable & { build(text: string): Promise<Uint8Array> }
> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-zoo-wit-'));
  await cp(join(repository, 'test/fixtures/plugins/wit'), folder, { recursive: true });
  await cp(join(repository, 'wit'), join(folder, 'deps/signalbox-plugin'), { recursive: true });
  return {
    async build(text) {
      if (/^\(component/m.test(text)) return await parse(text);
      const binary = await moduleBytes(text);
      await writeFile(join(folder, 'world.wit'), worldText(text));
      return await componentNew(await componentEmbed({ binary, witPath: folder, world: 'guest' }));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The core module of a text that is no whole component. */
export function moduleBytes(text: string): Promise<Uint8Array> {
  return parse(moduleText(text));
}

/** Imports come first in a core module, wherever the text has them: the guest's own fields stand before ours. */
function moduleText(text: string): string {
  const missing = parts.filter(({ name }) => !text.includes(`(func ${name} `)).map((part) => part.text);
  const exports = parts.map((part) => `(export "${part.export}" (func ${part.name}))`);
  return `(module ${text}
    ${text.includes('(memory (export') ? '' : '(memory (export "memory") 1)'}
    (global $free (mut i32) (i32.const 1024))
    (data (i32.const 64) "0.1.0")
    ${[...missing, ...exports].join('\n')})`;
}

function worldText(text: string): string {
  const items = text
    .split('\n')
    .filter((line) => line.startsWith(witMark))
    .map((line) => line.slice(witMark.length));
  return `package zoo:guest;\nworld guest {\n  export signalbox:plugin/lifecycle@0.1.0;\n  ${items.join('\n  ')}\n}\n`;
}
