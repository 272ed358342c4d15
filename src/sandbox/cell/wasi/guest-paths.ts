import type { Place } from './wasi-host.ts';

/** Where a path of a guest leads, below the directory it is relative to. */
export type Resolved =
  | { readonly isBelow: true; readonly path: string; readonly isDirectory: boolean }
  /** It leads out, or is absolute; `path` is what it would be. */
  | { readonly isBelow: false; readonly path: string };

/** `data` and `data/` for a directory below the granted places, as `signalbox:plugin/filesystem` writes them. */
export function placeOf(path: string): Place {
  return { path, prefix: path === '.' ? '' : path === '/' ? '/' : `${path}/` };
}

/**
 * Takes the freedoms out of a path that WASI allows and the broker does not: `./`, `//`, a trailing `/`, and `..` as long as it
 * stays below. No link is followed on the way, here or there, so that the text alone decides.
 */
export function resolveBelow({ path, prefix }: Place, written: string): Resolved {
  const components: string[] = [];
  if (written.startsWith('/')) return { isBelow: false, path: written };
  for (const component of written.split('/')) {
    if (component === '' || component === '.') continue;
    if (component !== '..') components.push(component);
    else if (components.pop() === undefined) return { isBelow: false, path: `${prefix}${written}` };
  }
  const isDirectory = /(^|\/)\.{0,2}$/.test(written);
  return {
    isBelow: true,
    path: components.length === 0 ? path : `${prefix}${components.join('/')}`,
    isDirectory,
  };
}
