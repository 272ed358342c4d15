import { stat } from 'node:fs/promises';
import { extname, isAbsolute, relative, sep } from 'node:path';
import type { Plugin } from 'esbuild';
import { parseApiVersion } from '../manifest/api-version.ts';
import { hostApiVersion } from '../manifest/manifest.ts';
import { maxArtifactBytes } from './artifact-file.ts';

/** The namespace of host interfaces in esbuild's graph. */
export const hostNamespace = 'signalbox';
/** Marks an error about size; all others are about what the script says. */
export const overSize = Symbol('over size');

export const scriptEndings = ['.ts', '.mts', '.js', '.mjs'];
const importableEndings = [...scriptEndings, '.cts', '.cjs', '.json'];

const hostInterface = /^(signalbox:plugin\/[a-z][a-z0-9-]*)(?:@(\d+\.\d+\.\d+))?$/;
/** An interface of the host application. Whether there is one of this name is found out at loading, as for components. */
const applicationInterface =
  /^(?!(?:signalbox|wasi|node|npm|jsr|data|blob):)[a-z][a-z0-9-]*:[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/;

/**
 * What a script may import: interfaces of Signalbox and of the host application, files of its folder, packages in a node_modules inside its folder. Where an
 * import leads is compared as the disk has it, after links, and before anything is read.
 *
 * @param folder real path
 */
export function scriptImports(folder: string): Plugin {
  return {
    name: 'signalbox',
    setup(build) {
      let bytes = 0;

      // URLs, modules of Node, absolute paths.
      build.onResolve({ filter: /^([A-Za-z][A-Za-z0-9+.-]*:|[/\\])/ }, ({ path, kind }) => {
        if (kind === 'entry-point') return undefined;
        if (applicationInterface.test(path)) return { path, namespace: hostNamespace, sideEffects: false };
        const [, name, version = hostApiVersion] = hostInterface.exec(path) ?? [];
        if (name === undefined) return refusal(`${JSON.stringify(path)} is nothing a script may import`);
        if (!isOffered(version)) {
          return refusal(`${JSON.stringify(path)} is not what this host offers, version ${hostApiVersion}`);
        }
        // An import that nothing uses is dropped, so that it need not be granted.
        return { path: name, namespace: hostNamespace, sideEffects: false };
      });

      build.onLoad({ filter: /./, namespace: hostNamespace }, ({ path }) => ({
        contents: `module.exports = globalThis[Symbol.for('signalbox')][${JSON.stringify(path)}];`,
        loader: 'js',
      }));

      build.onLoad({ filter: /./, namespace: 'file' }, async ({ path }) => {
        if (!isInside(folder, path)) return refusal(`"${path}" lies outside the plugin's folder`);
        const name = relative(folder, path);
        if (!importableEndings.includes(extname(path))) {
          return refusal(`"${name}" is no code: it ends in none of ${importableEndings.join(', ')}`);
        }
        const stats = await stat(path);
        if (!stats.isFile()) return refusal(`"${name}" is not a regular file`);
        bytes += stats.size;
        if (bytes > maxArtifactBytes) {
          return refusal(`With "${name}" it is over ${maxArtifactBytes} bytes`, overSize);
        }
        return undefined;
      });
    },
  };
}

/** True for `folder` and all below it; both are real paths. */
export function isInside(folder: string, path: string): boolean {
  const rest = relative(folder, path);
  return rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest);
}

function isOffered(version: string): boolean {
  const asked = parseApiVersion(version);
  const offered = parseApiVersion(hostApiVersion);
  return asked?.major === offered?.major && asked?.minor === offered?.minor;
}

/** esbuild adds the place of the import. */
function refusal(text: string, detail?: symbol) {
  return { errors: [{ text, detail }] };
}
