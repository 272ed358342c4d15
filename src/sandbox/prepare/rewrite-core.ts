import { ByteCursor } from './byte-cursor.ts';
import { readCoreModule } from './core-module.ts';

/** Turns one core module into another that behaves the same within stricter bounds. Pure: same bytes in, same bytes out. */
type CoreRewrite = (module: Uint8Array) => Uint8Array;

/**
 * What happens to every core module the translator put out, adapters of its own included, in this order. Metering is
 * to be a step of this list.
 */
const rewrites: readonly CoreRewrite[] = [stripCustomSections];

/** Part of the cache key: programs made by other steps are made anew. */
export const meteringVersion = 'none';

export function rewriteCore(module: Uint8Array): Uint8Array {
  return rewrites.reduce((bytes, rewrite) => rewrite(bytes), module);
}

function stripCustomSections(module: Uint8Array): Uint8Array {
  return readCoreModule(new ByteCursor(module), () => {});
}
