import { stat } from 'node:fs/promises';
import { extname, isAbsolute, relative, sep } from 'node:path';
import type { OnResolveArgs, OnResolveResult, Plugin } from 'esbuild';
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
/** URLs, drive letters, package-internal names, absolute paths. */
const foreign = /^([a-z][a-z0-9+.-]*:|#|[/\\])/i;

/**
 * What a script may import: host interfaces, files of its folder, packages in a node_modules inside its folder. Paths are
 * compared as the disk has them, so no link leads out.
 *
 * @param folder real path
 */
export function scriptImports(folder: string): Plugin {
  return {
    name: 'signalbox',
    setup(build) {
      const isOurs = Symbol('asked by this plugin');
      let bytes = 0;

      const refuse = (
        { path, importer }: OnResolveArgs,
        reason: string,
        detail?: symbol,
      ): OnResolveResult => {
        const text = `${JSON.stringify(relative(folder, importer))} imports ${JSON.stringify(path)}, ${reason}`;
        return { errors: [{ text, detail }] };
      };

      build.onResolve({ filter: /./ }, async (args): Promise<OnResolveResult | undefined> => {
        if (args.kind === 'entry-point' || args.pluginData === isOurs) return undefined;
        const wanted = hostInterface.exec(args.path);
        if (wanted) {
          return (
            resolveHostInterface(wanted) ?? refuse(args, `but the host offers version ${hostApiVersion}`)
          );
        }
        if (foreign.test(args.path)) return refuse(args, 'which a script may not import');

        const { importer, namespace, resolveDir, kind, with: attributes } = args;
        const options = { importer, namespace, resolveDir, kind, with: attributes, pluginData: isOurs };
        const found = await build.resolve(args.path, options);
        if (found.errors.length > 0 || found.external) return refuse(args, 'which is not there');
        if (!isInside(folder, found.path)) return refuse(args, "which lies outside the plugin's folder");
        if (!importableEndings.includes(extname(found.path))) {
          return refuse(args, `which is none of ${importableEndings.join(', ')}`);
        }
        const file = await stat(found.path);
        if (!file.isFile()) return refuse(args, 'which is not a file');
        bytes += file.size;
        if (bytes > maxArtifactBytes) {
          return refuse(args, `and is over ${maxArtifactBytes} bytes with it`, overSize);
        }
        return { path: found.path, sideEffects: found.sideEffects };
      });

      build.onLoad({ filter: /./, namespace: hostNamespace }, ({ path }) => ({
        contents: `module.exports = globalThis[Symbol.for('signalbox')][${JSON.stringify(path)}];`,
        loader: 'js',
      }));
    },
  };
}

/** True for `folder` and all below it; both are real paths. */
export function isInside(folder: string, path: string): boolean {
  const rest = relative(folder, path);
  return rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest);
}

function resolveHostInterface([, name = '', version]: RegExpExecArray): OnResolveResult | undefined {
  const asked = parseApiVersion(version ?? hostApiVersion);
  const offered = parseApiVersion(hostApiVersion);
  if (asked?.major !== offered?.major || asked?.minor !== offered?.minor) return undefined;
  // An import that nothing uses is dropped, so that it need not be granted.
  return { path: name, namespace: hostNamespace, sideEffects: false };
}
