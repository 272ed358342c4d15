import { SignalboxError } from '../../core/errors.ts';
import type { HostImports, HostReply } from '../../ports/host-imports.ts';
import { fromScriptJson, toScriptJson } from './script-json.ts';

/** Of wit/script-host.wit: the one way from a script to the interfaces of the host application. */
export const scriptCalls = 'signalbox:plugin/script-calls';

/**
 * Makes of a script's call one of an interface it was wired with. Its arguments are text a script wrote, and so may be wrong without
 * its cell being at fault: that is an error of the script's, not of the protocol.
 */
export async function callForScript(
  args: readonly unknown[],
  imports: HostImports,
  signal: AbortSignal,
): Promise<HostReply> {
  const [interfaceName, functionName, text] = args;
  if (typeof interfaceName !== 'string' || typeof functionName !== 'string' || typeof text !== 'string')
    throw new SignalboxError('CELL_BROKE_PROTOCOL', 'A call for a script is malformed');

  // What Signalbox itself offers has its own way, with arguments checked by the script host.
  const functions =
    Object.hasOwn(imports, interfaceName) && !interfaceName.startsWith('signalbox:')
      ? imports[interfaceName]
      : undefined;
  const call = functions && Object.hasOwn(functions, functionName) ? functions[functionName] : undefined;
  if (!call) return invalid(`"${interfaceName}" has no function "${functionName}"`);
  const given = readArguments(text);
  if (!given) return invalid('The arguments are not the JSON of a list');
  try {
    const reply = await call(given, signal);
    return reply.outcome === 'returned'
      ? { outcome: 'returned', value: jsonOf(reply.value) }
      : { outcome: 'refused', error: { tag: 'refused', val: jsonOf(reply.error) } };
  } catch (error) {
    // What the host application throws traps, as for a component.
    if (error instanceof SignalboxError && error.code === 'CELL_BROKE_PROTOCOL')
      return invalid(error.message);
    throw error;
  }
}

function readArguments(text: string): readonly unknown[] | undefined {
  try {
    const given = fromScriptJson(text);
    return Array.isArray(given) ? given : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A list of one, or of none for `undefined`, which JSON has not. */
function jsonOf(value: unknown): string {
  return toScriptJson(value === undefined ? [] : [value]);
}

function invalid(problem: string): HostReply {
  return { outcome: 'refused', error: { tag: 'invalid', val: problem } };
}
