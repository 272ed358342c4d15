/**
 * Runs the components of WebAssembly test scripts through the reader, the meter and the translating child, and bytes near them through
 * reader and meter: each is refused by one of our errors, or gives a program of valid modules. `node test/corpora/component.ts FOLDER...`;
 * `SOAK=100` for a hundred times as many mutations, `TRANSLATE=0` to leave the child out.
 * @see https://github.com/bytecodealliance/wasm-tools/tree/main/tests/cli/component-model
 * @see https://github.com/bytecodealliance/wasmtime/tree/main/tests/misc_testsuite/component-model
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import fc from 'fast-check';
import { SignalboxError } from '../../src/core/errors.ts';
import { meterModule } from '../../src/sandbox/metering/meter-module.ts';
import { readComponent } from '../../src/sandbox/prepare/component-reader.ts';
import { Preparer } from '../../src/sandbox/prepare/preparer.ts';
import { worldOf } from '../../src/sandbox/prepare/world.ts';
import { coreModulesOf } from '../support/components.ts';
import { mutationsOfWasm } from '../support/mutated-bytes.ts';
import { scaled, seed } from '../support/scale.ts';
import { wasm } from '../support/web-assembly.ts';
import { atomOf, itemsOf, type Node, parseScript } from './wast-script.ts';

const { TRANSLATE = '1' } = process.env;
const caps = { maxMemoryPages: 1_024, maxTableElements: 10_000 };
const totals = { files: 0, components: 0, notConverted: 0, modules: 0, mutations: 0 };
const read: Record<string, number> = {};
const translated: Record<string, number> = {};
const mutated: Record<string, number> = {};
const problems: string[] = [];
const components: Uint8Array[] = [];
const modules: Uint8Array[] = [];

for (const folder of process.argv.slice(2)) {
  for (const file of globSync('**/*.wast', { cwd: folder }).sort()) await collect(join(folder, file));
}
using preparer = new Preparer();
for (const [index, component] of components.entries()) {
  const outcome = attempt(`component ${index}`, () => readWhole(component));
  count(read, outcome);
  if (outcome === 'read' && TRANSLATE === '1') count(translated, await translate(component, index));
  const inner = attempt(`modules of ${index}`, () => coreModulesOf(component));
  if (typeof inner !== 'string') modules.push(...inner.filter((module) => wasm.validate(module)));
}
totals.modules = modules.length;
for (const module of modules) meter(module, 'module');
if (components.length > 0) mutate();

process.stdout.write(`${JSON.stringify(totals)} seed ${seed}\n`);
process.stdout.write(
  `read: ${JSON.stringify(read)}\ntranslated: ${JSON.stringify(translated)}\nmutated: ${JSON.stringify(mutated)}\n`,
);
for (const problem of problems) process.stdout.write(`CRASHES ${problem}\n`);
process.exitCode = problems.length === 0 && totals.components > 0 ? 0 : 1;

async function collect(file: string): Promise<void> {
  totals.files += 1;
  const text = readFileSync(file, 'utf8');
  for (const component of parseScript(text).flatMap(componentsIn)) {
    if (component.kind !== 'list') continue;
    const source = text
      .slice(component.start, component.end)
      .replace(/^\(\s*component\s+(definition|instance)/, '(component');
    try {
      components.push(await parse(source));
      totals.components += 1;
    } catch {
      // Many are wrong on purpose, as text.
      totals.notConverted += 1;
    }
  }
}

/** The components of one command, those of assertions included; not those inside another one. */
function componentsIn(node: Node): readonly Node[] {
  const items = itemsOf(node);
  const isQuoted = items.some((item) => atomOf(item) === 'quote');
  if (atomOf(items[0]) === 'component') return isQuoted ? [] : [node];
  return items.flatMap(componentsIn);
}

async function translate(component: Uint8Array, index: number): Promise<string> {
  try {
    const { program } = await preparer.translate(component, new AbortController().signal);
    const broken = Object.values(program.modules).filter(({ code }) => !wasm.validate(code));
    if (broken.length > 0) problems.push(`component ${index}: a module of the program is not valid`);
    return 'program';
  } catch (error) {
    if (error instanceof SignalboxError && error.code !== 'INTERNAL') return error.code;
    problems.push(`component ${index}: ${String(error)}`);
    return 'crash';
  }
}

function mutate(): void {
  const half = scaled(5_000);
  for (const [index, bytes] of fc.sample(mutationsOfWasm(components), { numRuns: half, seed }).entries()) {
    totals.mutations += 1;
    count(
      mutated,
      attempt(`mutated component ${index}`, () => readWhole(bytes)),
    );
  }
  if (modules.length === 0) return;
  for (const [index, bytes] of fc.sample(mutationsOfWasm(modules), { numRuns: half, seed }).entries()) {
    totals.mutations += 1;
    count(mutated, meter(bytes, `mutated module ${index}`));
  }
}

function readWhole(component: Uint8Array): string {
  worldOf(readComponent(component), '0.1.0');
  return 'read';
}

function meter(module: Uint8Array, what: string): string {
  const outcome = attempt(what, () => meterModule(module, caps));
  if (typeof outcome === 'string') return outcome;
  if (wasm.validate(outcome)) return 'metered';
  problems.push(`${what}: metered, it is not valid: ${Buffer.from(module).toString('base64')}`);
  return 'invalid';
}

/** What `work` gives, or the code of our error; any other is a crash. */
function attempt<T>(what: string, work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof SignalboxError) return error.code;
    problems.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
    return 'crash';
  }
}

function count(outcomes: Record<string, number>, outcome: string): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}
