import { SignalboxError } from '../../core/errors.ts';

/** A module that is malformed, or uses what the meter does not know: never passed through. */
export function refuseModule(what: string, offset: number, hint?: string): never {
  throw new SignalboxError(
    'ARTIFACT_INVALID',
    `Cannot meter a core module: ${what} at offset ${hex(offset)}`,
    {
      hint: hint ?? 'Build the plugin again; if its toolchain uses newer WebAssembly features, turn them off',
      details: { offset },
    },
  );
}

/** A module that is over a cap. */
export function refuseSize(what: string, found: number, allowed: number): never {
  throw new SignalboxError(
    'ARTIFACT_TOO_LARGE',
    `Cannot meter a core module: ${what} is ${found}, at most ${allowed} is allowed`,
    { hint: 'Make the plugin smaller or ask for less at its start', details: { found, allowed } },
  );
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
