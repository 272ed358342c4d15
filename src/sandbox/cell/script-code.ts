import { SignalboxError } from '../../core/errors.ts';
import { type CallEnd, failed, type GuestCode } from './call-end.ts';
import { instantiateComponent, unknownExport } from './component-code.ts';
import type { Confinement } from './confinement.ts';
import type { HostImportObject, LoadedProgram } from './loaded-program.ts';

export interface Script {
  readonly name: string;
  readonly source: string;
}

/** The error cases of `script` in wit/script-host.wit. */
type ScriptError =
  | { readonly tag: 'unusable' | 'missing-export' | 'thrown'; readonly val: string }
  | { readonly tag: 'declared'; readonly val: unknown };

/**
 * Evaluates a script in an instance of the script host of its own. Its calls take one argument, the JSON text of all
 * arguments, and return JSON text.
 *
 * @throws `SCRIPT_INVALID`, `GUEST_TRAPPED`, whatever instantiation throws
 */
export async function instantiateScript(
  program: LoadedProgram,
  imports: HostImportObject,
  confinement: Confinement,
  script: Script,
): Promise<GuestCode> {
  const host = await instantiateComponent(program, imports, confinement);
  const exports = exportsOf(await host.call('script.load', [script.name, script.source]), script.name);
  return {
    exports,
    call: (exportName, args) =>
      host.call('script.call', [exportName, ...args], (error) =>
        endOfScriptError(exportName, exports, asScriptError(error)),
      ),
  };
}

function exportsOf(loaded: CallEnd, name: string): readonly string[] {
  switch (loaded.end) {
    case 'returned':
      if (Array.isArray(loaded.value)) return loaded.value.filter((part) => typeof part === 'string');
      throw new SignalboxError('INTERNAL', 'The script host does not say what a script exports');
    case 'refused': {
      const [message, frames] = messageAndFrames(String(asScriptError(loaded.error).val));
      throw new SignalboxError('SCRIPT_INVALID', `The script "${name}" cannot be evaluated: ${message}`, {
        details: { frames },
      });
    }
    case 'rejected':
    case 'failed':
      throw SignalboxError.fromRecord(loaded.error);
  }
}

function endOfScriptError(exportName: string, exports: readonly string[], error: ScriptError): CallEnd {
  switch (error.tag) {
    case 'declared':
      return { end: 'refused', error: error.val };
    case 'missing-export':
      return unknownExport(exportName, exports);
    case 'thrown':
    case 'unusable': {
      const [message, frames] = messageAndFrames(error.val);
      return failed('GUEST_TRAPPED', `"${exportName}" threw ${message}`, { details: { frames } });
    }
  }
}

/** The first line says what, the others where: `at scan (scanner.ts:12:5)`. */
function messageAndFrames(described: string): readonly [string, readonly string[]] {
  const [message = '', ...frames] = described.split('\n');
  return [message, frames.map((frame) => frame.trim()).filter((frame) => frame !== '')];
}

function asScriptError(error: unknown): ScriptError {
  const tag = typeof error === 'object' && error !== null && 'tag' in error ? error.tag : undefined;
  const val = typeof error === 'object' && error !== null && 'val' in error ? error.val : undefined;
  if (tag === 'declared') return { tag, val };
  if ((tag === 'unusable' || tag === 'missing-export' || tag === 'thrown') && typeof val === 'string')
    return { tag, val };
  throw new SignalboxError('INTERNAL', 'The script host answers with an unknown error');
}
