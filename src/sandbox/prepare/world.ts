import { SignalboxError } from '../../core/errors.ts';
import { isWasi, wasiInterfaces, wasiName } from '../../core/wasi.ts';
import type { ProgramExport, ProgramImport, ProgramWorld } from '../program.ts';
import type { ComponentReading, ExternItem } from './component-reader.ts';

/** The world of a component, with what jco must know to make every function of it asynchronous. */
export interface ComponentWorld extends ProgramWorld {
  /** `signalbox:plugin/log@0.1.0#log`. */
  readonly asyncImports: readonly string[];
  /** `signalbox:plugin/lifecycle@0.1.0#init`, `greet`. */
  readonly asyncExports: readonly string[];
  /** Whole names of imports, with those the host has them under, where that is not the name without version. */
  readonly renamed: readonly (readonly [string, string])[];
}

/** Interfaces of ours that go by their short name, with the leftovers that come with them. */
const pluginPackage = 'signalbox:plugin/';

/**
 * Says what a component imports and exports, in our words.
 *
 * @param apiVersion the version of signalbox:plugin this host speaks
 * @throws `IMPORT_UNKNOWN`, `API_INCOMPATIBLE`, `ARTIFACT_NAME_REFUSED`, `ARTIFACT_INVALID`
 */
export function worldOf(reading: ComponentReading, apiVersion: string): ComponentWorld {
  const imports = reading.imports.filter(({ kind }) => kind !== 'type');
  const seen = new Set<string>();
  for (const item of imports) checkImport(item, seen, apiVersion);
  const exports = callable(reading.exports, apiVersion);
  return {
    imports: imports
      // Of WASI also what has types only: the glue wants the classes of its resources.
      .filter(({ name, functions }) => functions.length > 0 || isWasi(name))
      .map((item): ProgramImport => ({ interface: offeredName(item.name), functions: item.functions })),
    exports: exports.map(({ entry }) => entry),
    // Those for whose answer a guest is suspended without knowing. Of one whose type says that it may wait jco knows, and lowers it wrongly when told.
    asyncImports: imports.flatMap(({ name, functions, asyncFunctions }) =>
      functions
        .filter((fn) => !asyncFunctions.includes(fn) && (!isWasi(name) || mayWait(name, fn)))
        .map((fn) => `${name}#${fn}`),
    ),
    asyncExports: exports.map(({ asyncName }) => asyncName),
    renamed: imports.flatMap(({ name }) => {
      const offered = offeredName(name);
      return offered === withoutVersion(name) ? [] : [[name, offered] as const];
    }),
  };
}

function offeredName(name: string): string {
  return isWasi(name) ? wasiName(name) : withoutVersion(name);
}

function checkImport({ name, kind }: ExternItem, seen: Set<string>, apiVersion: string): void {
  if (kind !== 'instance') {
    throw unknownImport(name, 'Only interfaces can be imported: `import signalbox:plugin/log@0.1.0;`');
  }
  if (isWasi(name)) {
    checkWasi(name);
    return;
  }
  if (isForeignVersion(name, apiVersion)) {
    throw unknownImport(name, `This host offers ${withoutVersion(name)}@${apiVersion}`);
  }
  const bare = withoutVersion(name);
  if (seen.has(bare)) throw unknownImport(name, `Import one version of "${bare}" only`);
  seen.add(bare);
}

/** Versions 0.2.x only add to each other, so that all of them may meet in one component; those of 0.3.x do too. */
function checkWasi(name: string): void {
  if (!/@0\.[23]\.\d+$/.test(name)) {
    throw unknownImport(
      name,
      'This host offers WASI 0.2 and 0.3; build for the target wasm32-wasip2, or wasm32-wasip1 with the adapter',
    );
  }
  if (!wasiInterfaces.includes(wasiName(name))) {
    throw unknownImport(
      name,
      `This host offers ${[...new Set(wasiInterfaces.map(packageOf))].join(', ')} of WASI 0.2 and 0.3`,
    );
  }
}

function packageOf(name: string): string {
  return name.split('/')[0] ?? name;
}

function mayWait(name: string, fn: string): boolean {
  return wasiName(name) === withoutVersion(name) && waiting.has(fn);
}

/** Functions of WASI 0.2 that ask the broker or wait; the others answer at once, without suspending the guest. */
const waiting = new Set([
  'poll',
  '[method]pollable.block',
  '[method]input-stream.blocking-read',
  '[method]input-stream.blocking-skip',
  '[method]output-stream.blocking-write-and-flush',
  '[method]output-stream.blocking-flush',
  '[method]output-stream.blocking-write-zeroes-and-flush',
  '[method]output-stream.blocking-splice',
  '[method]descriptor.sync-data',
  '[method]descriptor.sync',
  '[method]descriptor.set-size',
  '[method]descriptor.read',
  '[method]descriptor.write',
  '[method]descriptor.read-directory',
  '[method]descriptor.create-directory-at',
  '[method]descriptor.stat',
  '[method]descriptor.stat-at',
  '[method]descriptor.open-at',
  '[method]descriptor.metadata-hash-at',
  '[method]descriptor.remove-directory-at',
  '[method]descriptor.unlink-file-at',
  '[method]directory-entry-stream.read-directory-entry',
]);

function unknownImport(name: string, hint: string): SignalboxError {
  return new SignalboxError(
    'IMPORT_UNKNOWN',
    `The component imports "${name}", which this host does not offer`,
    {
      hint,
      details: { import: name },
    },
  );
}

interface Callable {
  readonly entry: ProgramExport;
  readonly asyncName: string;
}

function callable(items: readonly ExternItem[], apiVersion: string): readonly Callable[] {
  const newer = new Set(
    items.flatMap(({ name }) => (wasiName(name).endsWith('@0.3') ? withoutVersion(name) : [])),
  );
  const interfaces = items.filter(
    ({ kind, name, functions }) =>
      kind === 'instance' &&
      functions.length > 0 &&
      // Programs of WASI 0.3 bring the `run` of 0.2 with them, empty.
      !(isWasi(name) && wasiName(name) === withoutVersion(name) && newer.has(withoutVersion(name))),
  );
  const hasPluginInterface = interfaces.some(({ name }) => name.startsWith(pluginPackage));
  const found = new Map<string, Callable>();
  const add = (entry: ProgramExport, asyncName: string): void => {
    if (found.has(entry.name)) {
      throw new SignalboxError(
        'ARTIFACT_INVALID',
        `The component exports two functions that are called "${entry.name}"`,
        {
          hint: 'Give one of the interfaces another name',
        },
      );
    }
    found.set(entry.name, { entry, asyncName });
  };
  for (const { name, kind } of items) {
    if (kind !== 'function') continue;
    // componentize-qjs leaves its own initialiser in the world; it is not the plugin's, and entering it corrupts the engine.
    if (name === 'init' && hasPluginInterface) continue;
    if (name === 'then') {
      throw new SignalboxError('ARTIFACT_NAME_REFUSED', 'The component exports a function called "then"', {
        hint: 'JavaScript would take the instance for a promise; give it another name',
      });
    }
    add({ name, function: name }, name);
  }
  for (const { name, functions } of interfaces) {
    if (isForeignVersion(name, apiVersion)) {
      throw new SignalboxError(
        'API_INCOMPATIBLE',
        `The component exports "${name}"; this host speaks ${withoutVersion(name)}@${apiVersion}`,
        { hint: `Build it against version ${apiVersion} of signalbox:plugin` },
      );
    }
    const short = withoutVersion(name).split('/').at(-1) ?? name;
    for (const fn of functions) {
      // `[method]file.read`: resources live in their cell and cannot be called from outside.
      if (fn.startsWith('[')) continue;
      add({ name: `${short}.${fn}`, interface: name, function: fn }, `${name}#${fn}`);
    }
  }
  return [...found.values()];
}

export function withoutVersion(name: string): string {
  return name.split('@')[0] ?? name;
}

/** In 0.x the minor is what breaks. */
function isForeignVersion(name: string, apiVersion: string): boolean {
  if (!name.startsWith(pluginPackage)) return false;
  const [major, minor] = (name.split('@')[1] ?? '').split('.');
  const [hostMajor, hostMinor] = apiVersion.split('.');
  return major !== hostMajor || minor !== hostMinor;
}
