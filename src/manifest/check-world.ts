import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import type { PluginId } from '../core/ids.ts';
import { isWasi } from '../core/wasi.ts';

/** What every component written for Signalbox exports; a script may leave out what it does not need. */
const requiredExports = ['lifecycle.init', 'lifecycle.handle-event', 'lifecycle.shutdown'];

interface Translated {
  readonly kind: 'component' | 'script';
  readonly exports: readonly string[];
  readonly imports: readonly string[];
}

/** Whether translated code exports what the world `plugin` of `wit/` asks for. */
export function checkWorld(id: PluginId, translated: Translated): ErrorRecord | undefined {
  const { kind, exports } = translated;
  const isFree = kind === 'script' || isForeign(translated);
  const missing = isFree ? [] : requiredExports.filter((name) => !exports.includes(name));
  if (missing.length === 0) return undefined;
  const message = `Plugin "${id}" does not export ${quoted(missing)}; it exports ${quoted(exports) || 'nothing'}`;
  const hint = 'Build it for the world "plugin" of signalbox:plugin';
  return new SignalboxError('WORLD_MISMATCH', message, { hint }).toRecord();
}

/** Written for WASI and not for Signalbox: a command, or a library of functions to call. It has no lifecycle to follow. */
function isForeign({ exports, imports }: Translated): boolean {
  return imports.some(isWasi) && !exports.some((name) => name.startsWith('lifecycle.'));
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
