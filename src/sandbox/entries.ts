import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SignalboxError } from '../core/errors.ts';
import type { Readable } from './confinement/own-root.ts';

// Sources run unbuilt as .ts and built as .js; compilers do not rewrite URLs, so this file alone knows the ending.
const ending = extname(import.meta.url);
const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Processes and workers of ours start here. */
export const cellEntry = fileOf(`./cell/main${ending}`);
export const prepareEntry = fileOf(`./prepare/main${ending}`);

/** What was built with the package: the script host as a component, and prepared. */
export const scriptHostComponentFile = fileOf('../../generated/script-host.wasm');
export const scriptHostProgramFile = fileOf('../../generated/script-host.program');

/** Says that our files are modules. */
const packageFileOfOurs = packageFile('..', import.meta.url);

/** What a cell reads: its own code, and that is no secret. */
export const cellReadable: Readable = {
  folders: [fileOf('./cell'), fileOf('./protocol'), fileOf('./metering'), fileOf('../core')],
  files: [fileOf(`./program${ending}`), packageFileOfOurs],
};

const translatorPackage = '@bytecodealliance/jco-transpile';

/** What the translating child reads: our code, the translator's, and the component it warms itself up with. */
export function prepareReadable(): Readable {
  const translator = packageFile(translatorPackage, import.meta.url);
  const shim = packageFile('@bytecodealliance/preview2-shim', translator);
  return {
    folders: [fileOf('..'), dirname(translator), dirname(shim)],
    files: [scriptHostComponentFile, packageFileOfOurs],
  };
}

/** Flags of a process that evaluates generated code, with no authority but to read its own. */
export function cellFlags(): readonly string[] {
  return [...sealedFlags(cellReadable), '--disallow-code-generation-from-strings', '--disable-proto=delete'];
}

/** Flags of the translating child. Its tools start a worker of their own for input and output that never comes. */
export function prepareFlags(maxHeapMegabytes: number): readonly string[] {
  return [...sealedFlags(prepareReadable()), '--allow-worker', `--max-old-space-size=${maxHeapMegabytes}`];
}

function sealedFlags({ folders, files }: Readable): readonly string[] {
  return [
    ...['--permission', '--no-addons', '--no-warnings', '--disable-sigusr1'],
    ...unguardedFeatures.filter((flag) =>
      process.allowedNodeEnvironmentFlags.has(flag.replace('--no-', '--')),
    ),
    ...[...folders, ...files].map((path) => `--allow-fs-read=${path}`),
  ];
}

/** Parts of node that the permission model lets through, or that nobody here needs. Not every version has each. */
const unguardedFeatures = [
  '--no-experimental-sqlite',
  '--no-experimental-ffi',
  '--no-experimental-webstorage',
  '--no-experimental-websocket',
];
/** The version of jco that is installed: programs made by another are not used. */
export function translatorVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(packageFile(translatorPackage, import.meta.url), 'utf8'));
  if (
    typeof parsed === 'object' &&
    parsed !== null &&
    'version' in parsed &&
    typeof parsed.version === 'string'
  ) {
    return parsed.version;
  }
  throw new SignalboxError('INTERNAL', `The package "${translatorPackage}" has no version`);
}

function packageFile(name: string, from: string): string {
  const file = findPackageJSON(name, from);
  if (file === undefined) {
    throw new SignalboxError('INTERNAL', `The package "${name}" is not installed`, {
      hint: 'Run npm install',
    });
  }
  return file;
}
