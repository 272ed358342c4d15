import { readModule } from '../metering/core-module.ts';
import { initialPages } from '../metering/initial-pages.ts';
import { meterModule } from '../metering/meter-module.ts';
import { startApart } from '../metering/start-apart.ts';
import type { ProgramModule } from '../program.ts';

/** Part of the cache key: programs metered otherwise are made anew. Raise it with every change of what comes out. */
export const meteringVersion = '11';

/**
 * A table that may grow: the script host needs 740 elements, a component of a whole JavaScript engine 7,700. Memories are bounded by the
 * budget of each instance, and here only by what 32 bits address.
 */
const bounds = { maxTableElements: 10_000, maxMemoryPages: 65_536 } as const;

/** One core module the translator put out, adapters of its own included, made to stay within bounds. @throws `ARTIFACT_INVALID`, `ARTIFACT_TOO_LARGE` */
export function rewriteCore(module: Uint8Array): ProgramModule {
  const code = startApart(meterModule(module, bounds));
  const metered = readModule(code);
  return { code, initialPages: initialPages(metered), hasCollectedTypes: metered.hasCollectedTypes };
}
