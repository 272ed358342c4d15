import { randomBytes } from 'node:crypto';
import Type from 'typebox';
import { SignalboxError } from '../core/errors.ts';
import type { HostFunction } from '../ports/host-imports.ts';
import { argumentReader, u32 } from './arguments.ts';
import { checkGranted } from './check-granted.ts';
import { returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

export const maxRandomBytes = 64 * 1024;

const readArguments = argumentReader('bytes', Type.Tuple([u32]));

/** `signalbox:plugin/random`. Its WIT knows no error, so what it cannot give traps. */
export function wireRandom(context: WiringContext): Readonly<Record<string, HostFunction>> {
  return {
    bytes(args) {
      const [length] = readArguments(args);
      checkGranted(context, { kind: 'random' });
      if (length <= maxRandomBytes) return returned(new Uint8Array(randomBytes(length)));
      throw new SignalboxError(
        'GUEST_TRAPPED',
        `Plugin "${context.entry.id}" asked for ${length} random bytes at once`,
        { hint: `Ask for at most ${maxRandomBytes}` },
      );
    },
  };
}
