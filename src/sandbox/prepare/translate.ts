import { generate, $init as translatorReady } from '@bytecodealliance/jco-transpile/component';
import { SignalboxError } from '../../core/errors.ts';
import type { Program } from '../program.ts';
import { readComponent } from './component-reader.ts';
import { hooked } from './glue-hooks.ts';
import { rewriteCore } from './rewrite-core.ts';
import { suspendableCalls } from './suspendable-calls.ts';
import { type ComponentWorld, worldOf } from './world.ts';

/** Generated JavaScript; 49 KB of component have been made to yield 12 MB of it. */
const maxGlueBytes = 8 * 1024 * 1024;
const glueName = 'program.js';

/** The two exports jco's glue has in this mode. Anything else means another jco, and this file has to be read again. */
const instantiateHead =
  'export function instantiate(getCoreModule, imports, instantiateCore = WebAssembly.instantiate) {';
const utilHead = 'export const _util = {';
/** A list of numbers is cut out of a memory as far as there is any: its cell cuts only what is there. */
const listCopies = /\b(memory\d+\.buffer)\.slice\(/g;
/** One list that is read element by element, up to where what is read of an element depends on it. */
const listLoops =
  /^([ \t]*)(for \(let i = 0; i < (len\d+); i\+\+\) \{.*\n[ \t]*const base = (base\d+) \+ i \* (\d+);\n(?:\1(?![ \t]*(?:for|if|switch)\b)[ \t]+.*\n)*)/gm;
const memoryRead = /dataView\((memory\d+)\)/g;
const defaultLoader = /if \(!getCoreModule\) getCoreModule = .*import\.meta\.url.*\n/;

/**
 * Makes a program of a component: checks, translation, rewriting of its core modules. Hostile input may hang or poison
 * the process this runs in: it belongs into a child with a deadline.
 *
 * @param apiVersion the version of signalbox:plugin this host speaks
 * @param isOurs the script host: what it is called for besides its exports ends soon, and waiting for that would cost a fifth of a small call
 * @throws `ARTIFACT_INVALID`, `ARTIFACT_NAME_REFUSED`, `ARTIFACT_TOO_LARGE`, `IMPORT_UNKNOWN`, `API_INCOMPATIBLE`, `PREPARE_FAILED`
 */
export async function translate(component: Uint8Array, apiVersion: string, isOurs = false): Promise<Program> {
  const reading = readComponent(component);
  const world = worldOf(reading, apiVersion);
  await translatorReady;
  const files = generateFiles(reading.bytes, world);
  const glue = files[glueName];
  if (glue === undefined) throw new SignalboxError('INTERNAL', 'The translator gave no JavaScript');
  if (glue.length > maxGlueBytes) {
    throw new SignalboxError('ARTIFACT_TOO_LARGE', `The component makes ${glue.length} bytes of glue`, {
      hint: `At most ${maxGlueBytes} are allowed: it has too many types or functions`,
    });
  }
  const modules = Object.entries(files).filter(([name]) => name.endsWith('.wasm'));
  return {
    imports: world.imports,
    exports: world.exports,
    glue: asFunctionBody(Buffer.from(glue).toString('utf8'), world.exports.length > 0, isOurs),
    modules: Object.fromEntries(modules.map(([name, bytes]) => [name, rewriteCore(bytes)])),
  };
}

/** jco's generator alone: the package's main entry also loads an optimizer and a minifier with native code. */
function generateFiles(
  component: Uint8Array,
  { asyncImports, asyncExports, renamed }: ComponentWorld,
): Readonly<Record<string, Uint8Array>> {
  try {
    const { files } = generate(component, {
      name: 'program',
      instantiation: { tag: 'async' },
      asyncMode: { tag: 'jspi', val: { imports: [...asyncImports], exports: [...asyncExports] } },
      map: renamed.map(([name, offered]) => [name, offered]),
      // A declared error arrives as a ComponentError, so that no other throw can be taken for one.
      noComponentErrorWrapping: false,
      strict: true,
      noTypescript: true,
      // Core modules come as files of their own, never inlined.
      base64Cutoff: 0,
    });
    return Object.fromEntries(files);
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
    throw new SignalboxError('PREPARE_FAILED', `The component cannot be translated: ${reason}`, {
      hint: '`wasm-tools validate` says more about a component that is not valid',
      cause,
    });
  }
}

/**
 * Tells the cell of each list before it is read: where it ends, and how many elements a message of it has, at least. Of two numbers that are read of each
 * element, one is an element.
 */
function withElements(glue: string): string {
  return glue.replace(listLoops, (_, indent, loop, length, base, size, at) => {
    memoryRead.lastIndex = at;
    const memory = memoryRead.exec(glue)?.[1];
    const elements = Math.max(1, Math.ceil((loop.split('dataView(').length - 1) / 2));
    return `${indent}elementsOfList(${length} * ${elements}, ${memory}.buffer, ${base} + ${length} * ${size});\n${indent}${loop}`;
  });
}

/** Modules need a URL and leave it in every stack trace; a function body needs none and can be collected. */
function asFunctionBody(glue: string, hasExports: boolean, isOurs: boolean): string {
  if (!glue.includes(instantiateHead) || !glue.includes(utilHead)) {
    throw new SignalboxError('INTERNAL', 'The translator gave JavaScript of an unknown shape');
  }
  const hookedGlue = hooked(glue, hasExports);
  return `${withElements(isOurs ? hookedGlue : suspendableCalls(hookedGlue))
    .replace(listCopies, 'copyOfMemory($1, ')
    .replace(
      instantiateHead,
      () => 'function instantiate(getCoreModule, imports, instantiateCore, WebAssembly, $$hooks) {',
    )
    .replace(utilHead, () => 'const _util = {')
    .replace(defaultLoader, '')}\nreturn instantiate;\n`;
}
