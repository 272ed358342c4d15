import { SignalboxError } from '../../core/errors.ts';
import type { LimitHit } from '../../permissions/limits.ts';
import type { ProgramExport } from '../program.ts';
import { type CallEnd, failed, framesOf, type GuestCode, rejected } from './call-end.ts';
import type { Confinement } from './confinement.ts';
import type { HostImportObject, LoadedProgram } from './loaded-program.ts';

type Callable = (...args: readonly unknown[]) => Promise<unknown>;

/** What the error case of an export means; for a script, that it threw. */
export type RefusalReader = (error: unknown) => CallEnd;

export interface ComponentCode extends GuestCode {
  call(exportName: string, args: readonly unknown[], readRefusal?: RefusalReader): Promise<CallEnd>;
}

/** A component's exports as calls. @throws `ARTIFACT_INVALID` when an announced export is not there; whatever instantiation throws */
export async function instantiateComponent(
  program: LoadedProgram,
  imports: HostImportObject,
  confinement: Confinement,
): Promise<ComponentCode> {
  const { stack } = confinement;
  const instance = await program.instantiate(imports, confinement);
  const callables = new Map(program.exports.map((entry) => [entry.name, callableOf(instance, entry)]));
  return {
    exports: [...callables.keys()],
    async call(exportName, args, readRefusal = refused) {
      const callable = callables.get(exportName);
      if (!callable) return unknownExport(exportName, [...callables.keys()]);
      if (args.length !== callable.length) {
        return rejected(
          'CALL_INVALID',
          `"${exportName}" takes ${callable.length} arguments, ${args.length} were given`,
        );
      }
      const { entries } = stack;
      try {
        return { end: 'returned', value: await callable(...args) };
      } catch (error) {
        return isComponentError(error)
          ? readRefusal(error.payload)
          : // Whether the guest ran at all tells an argument that does not fit from a trap.
            endOfThrow(exportName, error, stack.entries > entries);
      }
    },
  };
}

export function unknownExport(exportName: string, exports: readonly string[]): CallEnd {
  return rejected('CALL_INVALID', `The plugin exports no "${exportName}"`, {
    hint:
      exports.length === 0
        ? 'It exports nothing'
        : `It exports ${exports.map((name) => `"${name}"`).join(', ')}`,
  });
}

function refused(error: unknown): CallEnd {
  return { end: 'refused', error };
}

function callableOf(instance: Readonly<Record<string, unknown>>, entry: ProgramExport): Callable {
  const owner = entry.interface === undefined ? instance : instance[entry.interface];
  const member =
    typeof owner === 'object' && owner !== null ? Reflect.get(owner, camelCase(entry.function)) : undefined;
  if (typeof member !== 'function') {
    throw new SignalboxError('ARTIFACT_INVALID', `The component does not export "${entry.name}" after all`);
  }
  return member as Callable;
}

/** WIT's `list-dir` as jco calls it: `listDir`; an all-capital word loses its capitals. */
export function camelCase(name: string): string {
  const [first = '', ...rest] = name.toLowerCase().split('-');
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/**
 * jco throws a `ComponentError` for the error case of a WIT result and for nothing else. A type or range error before the
 * guest ran is an argument that did not fit. All the rest leaves the instance in a state nobody knows.
 */
function endOfThrow(exportName: string, error: unknown, isEntered: boolean): CallEnd {
  if (!isEntered && (error instanceof TypeError || error instanceof SyntaxError)) {
    return rejected('CALL_INVALID', `The arguments do not fit "${exportName}": ${error.message}`);
  }
  if (error instanceof SignalboxError) return { end: 'failed', error: error.toRecord() };
  if (!(error instanceof Error)) return failed('GUEST_TRAPPED', `"${exportName}" threw ${typeof error}`);
  if (isStackOverflow(error)) return stackExhausted(exportName);
  const frames = framesOf(error);
  return failed(
    'GUEST_TRAPPED',
    `"${exportName}" trapped: ${error.message}`,
    frames.length > 0 ? { details: { frames } } : {},
  );
}

/** V8's stack for what runs under Promise Integration, its own default. */
const stackBytes = 984 * 1024;

/** V8 has no other name for it than its message. */
function isStackOverflow(error: Error): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

function stackExhausted(exportName: string): CallEnd {
  const limit: LimitHit = { name: 'stack_bytes', reached: stackBytes, allowed: stackBytes };
  return failed('STACK_EXHAUSTED', `"${exportName}" recursed deeper than its stack of ${stackBytes} bytes`, {
    details: { limit },
  });
}

function isComponentError(error: unknown): error is Error & { readonly payload: unknown } {
  return (
    error instanceof Error && error.constructor.name === 'ComponentError' && Object.hasOwn(error, 'payload')
  );
}
