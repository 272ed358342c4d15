import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type BuildFailure, type BuildOptions, build, type Message, type Metafile } from 'esbuild';
import { SignalboxError, type SourceLocation } from '../core/errors.ts';
import { sourceText } from '../core/source-text.ts';
import { inTurn } from './script-compiler.ts';
import { hostNamespace, overSize, scriptImports } from './script-imports.ts';

export interface ScriptBundle {
  /** One JavaScript program whose completion value is the object of the script's exports. */
  readonly source: string;
  /** Host interfaces whose values it uses, sorted: `signalbox:plugin/log`. */
  readonly imports: readonly string[];
  /** Absolute paths of every file it was made of, sorted. */
  readonly files: readonly string[];
}

/** Whatever lies around the plugin's folder changes nothing: no tsconfig, no conditions of the environment. */
const options = {
  bundle: true,
  write: false,
  metafile: true,
  format: 'cjs',
  platform: 'neutral',
  target: 'es2023',
  charset: 'utf8',
  // Drops comments inside expressions too. Names are kept, so stack traces stay readable.
  minifyWhitespace: true,
  lineLimit: 120,
  legalComments: 'none',
  sourcemap: false,
  logLevel: 'silent',
  tsconfigRaw: {},
  mainFields: ['module', 'main'],
  resolveExtensions: ['.ts', '.js', '.json'],
  loader: { '.js': 'js', '.mjs': 'js', '.cjs': 'js' },
  // Modules are strict; inside a function that has to be said.
  banner: { js: '(() => {\n"use strict";\nconst module = { exports: {} };' },
  footer: { js: 'return module.exports;\n})();' },
} as const satisfies BuildOptions;

/**
 * Makes one JavaScript program of a script and all it imports. Comments and white space of the sources leave no trace in it,
 * nor does the place of the folder.
 *
 * @param entry real path of the script
 * @param folder real path of the folder it may import from
 * @throws `SCRIPT_INVALID` with line, column and code frame; `ARTIFACT_TOO_LARGE`
 */
export async function bundleScript(entry: string, folder: string): Promise<ScriptBundle> {
  try {
    const { outputFiles, metafile } = await inTurn(() =>
      build({ ...options, entryPoints: [entry], absWorkingDir: folder, plugins: [scriptImports(folder)] }),
    );
    return { source: outputFiles[0]?.text ?? '', ...partsOf(metafile, folder) };
  } catch (error) {
    const [problem] = isBuildFailure(error) ? error.errors : [];
    if (!problem) throw error;
    throw await bundleProblem(problem, relative(folder, entry), folder, error);
  }
}

function partsOf({ inputs, outputs }: Metafile, folder: string): Pick<ScriptBundle, 'imports' | 'files'> {
  const isHost = (name: string) => name.startsWith(`${hostNamespace}:`);
  const used = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  return {
    imports: used
      .filter(isHost)
      .map((name) => name.slice(hostNamespace.length + 1))
      .sort(),
    files: Object.keys(inputs)
      .filter((name) => !isHost(name))
      .map((name) => resolve(folder, name))
      .sort(),
  };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

async function bundleProblem(
  { text, location, detail }: Message,
  script: string,
  folder: string,
  cause: unknown,
): Promise<SignalboxError> {
  const code = detail === overSize ? 'ARTIFACT_TOO_LARGE' : 'SCRIPT_INVALID';
  const place = location && location.file !== script ? ` (in "${location.file}")` : '';
  return new SignalboxError(code, `Cannot bundle script "${script}": ${text}${place}`, {
    hint: 'Scripts are TypeScript or JavaScript modules that import "signalbox:plugin/<interface>", files of their folder, and packages in a node_modules inside it',
    ...(location && { location: await placeOf(location, folder) }),
    cause,
  });
}

async function placeOf(
  { file, line, column, lineText }: NonNullable<Message['location']>,
  folder: string,
): Promise<SourceLocation> {
  const path = resolve(folder, file);
  // esbuild counts columns from 0 in bytes of UTF-8.
  const character = Buffer.from(lineText).subarray(0, column).toString().length + 1;
  return sourceText(await readFile(path, 'utf8'), path).locateLine(line, character);
}
