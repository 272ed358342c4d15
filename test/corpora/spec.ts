/**
 * Runs the scripts of the WebAssembly specification's test suite twice, as they are and metered, and compares every outcome bit for bit;
 * a third time metered, to see that the same run takes the same fuel. `node test/corpora/spec.ts FOLDER...`
 * @see https://github.com/WebAssembly/spec/tree/main/test/core
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { SignalboxError } from '../../src/core/errors.ts';
import { meterModule } from '../../src/sandbox/metering/meter-module.ts';
import { budgetsWith } from '../support/metered.ts';
import { type WasmGlobal, type WasmMemory, wasm } from '../support/web-assembly.ts';
import { show, toJs, wrapperOf } from './spec-values.ts';
import { atomOf, itemsOf, type Node, parseScript, textOf } from './wast-script.ts';

const budget = 1n << 62n;
const caps = {
  maxMemoryPages: 65_536,
  maxTableElements: 10_000_000,
  maxMemories: 1_000,
  allowMemory64: true,
};

type Exports = Record<string, unknown>;

/** One way to run a script: what it instantiated, under its names. */
interface World {
  readonly isMetered: boolean;
  readonly fuel: WasmGlobal;
  readonly registered: Record<string, Exports>;
  readonly named: Map<string, Exports>;
  current: Exports | undefined;
}

const totals = {
  files: 0,
  modules: 0,
  compared: 0,
  notConverted: 0,
  refused: 0,
  invalid: 0,
  viaJs: 0,
  fuel: 0n,
};
const outcomes = { returned: 0, trapped: 0, exhausted: 0, thrown: 0, unlinked: 0, other: 0 };
const problems: string[] = [];
const notes: string[] = [];

for (const folder of process.argv.slice(2)) {
  for (const file of globSync('**/*.wast', { cwd: folder }).sort()) await runFile(join(folder, file));
}
write(
  `${JSON.stringify(totals, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 1)}\n`,
);
write(`${JSON.stringify(outcomes)}\n`);
for (const note of notes) write(`note: ${note}\n`);
for (const problem of problems) write(`DIFFERS ${problem}\n`);
process.exitCode = problems.length === 0 && totals.files > 0 ? 0 : 1;

async function runFile(file: string): Promise<void> {
  totals.files++;
  const text = readFileSync(file, 'utf8');
  const worlds = [newWorld(false), newWorld(true), newWorld(true)];
  const definitions = new Map<string, Uint8Array | undefined>();
  const commands = parseScript(text);
  for (const command of commands) {
    const [head, ...rest] = itemsOf(command);
    const where = `${basename(file)}:${text.slice(0, command.start).split('\n').length}`;
    switch (atomOf(head)) {
      case 'module': {
        if (atomOf(rest[0]) === 'instance') {
          instantiate(worlds, definitions.get(atomOf(rest[2])), atomOf(rest[1]), where);
          break;
        }
        const isDefinition = atomOf(rest[0]) === 'definition';
        const name = atomOf(isDefinition ? rest[1] : rest[0]);
        const bytes = await toBytes(text, command, isDefinition, where);
        definitions.set(name, bytes);
        if (!isDefinition) instantiate(worlds, bytes, name, where);
        break;
      }
      case 'register':
        for (const world of worlds) {
          const instance = rest[1] === undefined ? world.current : world.named.get(atomOf(rest[1]));
          if (instance !== undefined) world.registered[textOf(rest[0])] = instance;
        }
        break;
      case 'assert_malformed':
      case 'assert_invalid':
      case 'assert_malformed_custom':
      case 'assert_invalid_custom':
        checkRefused(await toBytes(text, rest[0], false, where), where);
        break;
      case 'assert_unlinkable':
      case 'assert_uninstantiable':
        instantiate(worlds, await toBytes(text, rest[0], false, where), '', where);
        break;
      case 'assert_trap':
        if (atomOf(itemsOf(rest[0])[0]) === 'module')
          instantiate(worlds, await toBytes(text, rest[0], false, where), '', where);
        else await act(worlds, rest[0], undefined, where);
        break;
      case 'assert_return':
        await act(worlds, rest[0], rest.slice(1), where);
        break;
      case 'invoke':
      case 'get':
        await act(worlds, command, undefined, where);
        break;
      case 'assert_exhaustion':
      case 'assert_exception':
      case 'assert_suspension':
        await act(worlds, rest[0], undefined, where);
        break;
      case '':
        break; // an annotation
      default:
        notes.push(`${where}: not run: command "${atomOf(head)}"`);
    }
  }
  const [, first, second] = worlds;
  const spent = budget - BigInt(String(first?.fuel.value));
  totals.fuel += spent;
  if (first?.fuel.value !== second?.fuel.value) problems.push(`${file}: two runs took different fuel`);
}

/** @returns Nothing for what the tool cannot convert; a script says "quote" for text that is often wrong on purpose. */
async function toBytes(
  text: string,
  node: Node | undefined,
  isDefinition: boolean,
  where: string,
): Promise<Uint8Array | undefined> {
  if (node?.kind !== 'list') return undefined;
  const strings = node.items.flatMap((item) => (item.kind === 'string' ? [item.bytes] : []));
  if (node.items.some((item) => atomOf(item) === 'binary')) return Uint8Array.from(strings.flat());
  const source = node.items.some((item) => atomOf(item) === 'quote')
    ? `(module ${strings.map((bytes) => Buffer.from(bytes).toString('utf8')).join(' ')})`
    : text.slice(node.start, node.end).replace(isDefinition ? /^\(\s*module\s+definition/ : /^$/, '(module');
  try {
    return await parse(source);
  } catch (error) {
    // Tests of the text format are wrong on purpose.
    if (!node.items.some((item) => atomOf(item) === 'quote')) {
      totals.notConverted++;
      notes.push(`${where}: not converted: ${String(error).split('\n')[0]}`);
    }
    return undefined;
  }
}

function newWorld(isMetered: boolean): World {
  const spectest = {
    print: () => undefined,
    print_i32: () => undefined,
    print_i64: () => undefined,
    print_f32: () => undefined,
    print_f64: () => undefined,
    print_i32_f32: () => undefined,
    print_f64_f64: () => undefined,
    global_i32: new wasm.Global({ value: 'i32' }, 666),
    global_i64: new wasm.Global({ value: 'i64' }, 666n),
    global_f32: new wasm.Global({ value: 'f32' }, 666.6),
    global_f64: new wasm.Global({ value: 'f64' }, 666.6),
    table: new wasm.Table({ initial: 10, maximum: 20, element: 'anyfunc' }),
    table64: new wasm.Table({ address: 'i64', initial: 10n, maximum: 20n, element: 'anyfunc' }),
    memory: new wasm.Memory({ initial: 1, maximum: 2 }),
  };
  const fuel = new wasm.Global({ value: 'i64', mutable: true }, budget);
  return {
    isMetered,
    fuel,
    registered: { spectest, __signalbox: budgetsWith(fuel) },
    named: new Map(),
    current: undefined,
  };
}

function instantiate(
  worlds: readonly World[],
  bytes: Uint8Array | undefined,
  name: string,
  where: string,
): void {
  for (const world of worlds) world.current = undefined;
  if (bytes === undefined) return;
  totals.modules++;
  let metered: Uint8Array;
  try {
    metered = meterModule(bytes, caps);
  } catch (error) {
    totals.refused++;
    const isKnown = error instanceof SignalboxError;
    if (!isKnown || wasm.validate(bytes)) problems.push(`${where}: ${String(error)}`);
    else notes.push(`${where}: V8 takes it for invalid: ${error.message}`);
    return;
  }
  compare(where, worlds, (world) => {
    const module = new wasm.Module(world.isMetered ? metered : bytes);
    world.current = new wasm.Instance(module, world.registered).exports;
    if (name.startsWith('$')) world.named.set(name, world.current);
    return [];
  });
}

/** What is invalid must not become valid by metering. */
function checkRefused(bytes: Uint8Array | undefined, where: string): void {
  if (bytes === undefined || wasm.validate(bytes)) return;
  totals.invalid++;
  try {
    meterModule(bytes, caps);
    problems.push(`${where}: an invalid module was metered`);
  } catch (error) {
    if (!(error instanceof SignalboxError)) problems.push(`${where}: ${String(error)}`);
  }
}

async function act(
  worlds: readonly World[],
  action: Node | undefined,
  expected: readonly Node[] | undefined,
  where: string,
): Promise<void> {
  const [head, ...rest] = itemsOf(action);
  const name = atomOf(rest[0]).startsWith('$') ? atomOf(rest.shift()) : undefined;
  const exportName = textOf(rest.shift());
  const instanceOf = (world: World): Exports | undefined =>
    name === undefined ? world.current : world.named.get(name);
  if (worlds.some((world) => instanceOf(world) === undefined)) return;
  const target = (world: World): unknown => instanceOf(world)?.[exportName];
  if (atomOf(head) === 'get')
    return compare(where, worlds, (world) => [show((target(world) as WasmGlobal).value)]);
  const wrapper = expected === undefined ? undefined : await wrapperOf(rest, expected);
  if (wrapper !== undefined) {
    return compare(where, worlds, (world) => {
      const instance = new wasm.Instance(wrapper, { guest: { call: target(world) } });
      (instance.exports['run'] as () => void)();
      return [Buffer.from((instance.exports['results'] as WasmMemory).buffer, 0, 1024).toString('hex')];
    });
  }
  totals.viaJs++;
  const parameters = rest.map(toJs);
  compare(where, worlds, (world) => [
    show((target(world) as (...values: unknown[]) => unknown)(...parameters)),
  ]);
}

function compare(where: string, worlds: readonly World[], run: (world: World) => readonly string[]): void {
  totals.compared++;
  const before = worlds[1]?.fuel.value;
  const [raw = '', ...metered] = worlds.map((world) => outcomeOf(() => run(world)));
  outcomes[kindOf(raw)]++;
  // How deep a stack reaches depends on the tier of the code, hence the fuel too.
  if (kindOf(raw) === 'exhausted') for (const world of worlds) world.fuel.value = before;
  for (const outcome of metered)
    if (outcome !== raw) problems.push(`${where}: raw ${raw}, metered ${outcome}`);
}

function outcomeOf(run: () => readonly string[]): string {
  try {
    return run().join(' ');
  } catch (error) {
    if (!(error instanceof Error)) return `threw ${String(error)}`;
    return `${error.name}: ${error.name === 'LinkError' ? '' : error.message}`;
  }
}

function kindOf(outcome: string): keyof typeof outcomes {
  if (!/^(threw|\w+):? /.test(outcome) || !/^(\w*Error|threw|\w*\.?Exception)/.test(outcome))
    return 'returned';
  if (outcome.startsWith('RuntimeError')) return 'trapped';
  if (outcome.startsWith('RangeError')) return 'exhausted';
  if (outcome.startsWith('LinkError')) return 'unlinked';
  return outcome.startsWith('threw') ? 'thrown' : 'other';
}

function write(text: string): void {
  process.stdout.write(text);
}
