import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import type { PluginId } from '../core/ids.ts';

/** What every component exports; a script may leave out what it does not need. */
const requiredExports = ['lifecycle.init', 'lifecycle.handle-event', 'lifecycle.shutdown'];

/** Whether translated code exports what the world `plugin` of `wit/` asks for. */
export function checkWorld(
  id: PluginId,
  { kind, exports }: { readonly kind: 'component' | 'script'; readonly exports: readonly string[] },
): ErrorRecord | undefined {
  const missing = kind === 'script' ? [] : requiredExports.filter((name) => !exports.includes(name));
  if (missing.length === 0) return undefined;
  const message = `Plugin "${id}" does not export ${quoted(missing)}; it exports ${quoted(exports) || 'nothing'}`;
  const hint = 'Build it for the world "plugin" of signalbox:plugin';
  return new SignalboxError('WORLD_MISMATCH', message, { hint }).toRecord();
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
