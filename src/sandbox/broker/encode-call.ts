import { SignalboxError } from '../../core/errors.ts';
import type { CallRequest, InstanceSpec } from '../../ports/sandbox.ts';
import { encodeValue } from '../protocol/encode-value.ts';
import { ValueError } from '../protocol/value-format.ts';
import { toScriptJson } from './script-json.ts';

/** The body of a call, or why it cannot be sent: `CALL_INVALID`, `MESSAGE_TOO_LARGE`. */
export function encodeCall(
  { export: name, args }: CallRequest,
  { prepared, pluginId }: InstanceSpec,
  maxBytes: number,
): Uint8Array | SignalboxError {
  try {
    const body = encodeValue([name, prepared.kind === 'script' ? [toScriptJson(args)] : args]);
    if (body.length <= maxBytes) return body;
    return new SignalboxError('MESSAGE_TOO_LARGE', `The arguments of "${name}" have ${body.length} bytes`, {
      hint: `message_bytes of plugin "${pluginId}" allows ${maxBytes}`,
    });
  } catch (cause) {
    // JSON throws a TypeError for a value that contains itself.
    if (!(cause instanceof ValueError || cause instanceof TypeError)) throw cause;
    return new SignalboxError(
      'CALL_INVALID',
      `The arguments of "${name}" cannot be passed: ${cause.message}`,
      { cause },
    );
  }
}
