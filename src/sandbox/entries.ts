import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SignalboxError } from '../core/errors.ts';

// Sources run unbuilt as .ts and built as .js; compilers do not rewrite URLs, so this file alone knows the ending.
const ending = extname(import.meta.url);

/** Processes and workers of ours start here. */
export const cellEntry = fileURLToPath(new URL(`./cell/main${ending}`, import.meta.url));
export const prepareEntry = fileURLToPath(new URL(`./prepare/main${ending}`, import.meta.url));

/** Our own code: all that a cell may read. */
const codeFolder = fileURLToPath(new URL('..', import.meta.url));
const generatedFolder = new URL('../../generated/', import.meta.url);

/** What was built with the package: the script host as a component, and prepared. */
export const scriptHostComponentFile = fileURLToPath(new URL('script-host.wasm', generatedFolder));
export const scriptHostProgramFile = fileURLToPath(new URL('script-host.program', generatedFolder));

/** Flags of a process with no authority but its own code. */
export function cellFlags(): readonly string[] {
  return [...sealedFlags, `--allow-fs-read=${codeFolder}`];
}

/** Flags of the translating child. Its tools start a worker of their own for input and output that never comes. */
export function prepareFlags(maxHeapMegabytes: number): readonly string[] {
  const readable = [codeFolder, dirname(scriptHostComponentFile), ...translatorFolders()];
  return [
    ...sealedFlags,
    '--allow-worker',
    `--max-old-space-size=${maxHeapMegabytes}`,
    ...readable.map((folder) => `--allow-fs-read=${folder}`),
  ];
}

const sealedFlags = ['--permission', '--no-addons', '--no-warnings'];
const translatorPackage = '@bytecodealliance/jco-transpile';

function translatorFolders(): readonly string[] {
  const translator = packageFile(translatorPackage, import.meta.url);
  return [dirname(translator), dirname(packageFile('@bytecodealliance/preview2-shim', translator))];
}

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
