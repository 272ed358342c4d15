import { type SignalboxError, toErrorRecord } from '../../core/errors.ts';
import { isWasi } from '../../core/wasi.ts';
import type { AskedHost } from './asked-host.ts';
import type { CallEnd } from './call-end.ts';
import { camelCase } from './component-code.ts';
import type { HostImportObject, LoadedProgram } from './loaded-program.ts';
import { openWasi, type Wasi } from './wasi/wasi.ts';

interface GuestImports {
  readonly imports: HostImportObject;
  /** Where it imports any of that. */
  readonly wasi: Wasi | undefined;
}

/** What a guest imports, as functions that ask the host. @param fail the guest cannot go on */
export async function importsOf(
  wanted: LoadedProgram['imports'],
  host: AskedHost,
  { maxBytes, fail }: { readonly maxBytes: number; readonly fail: (error: SignalboxError) => void },
): Promise<GuestImports> {
  const own = wanted.filter(({ interface: name }) => !isWasi(name));
  const wasi =
    own.length < wanted.length
      ? await openWasi(wanted, {
          maxBytes,
          call: (name, fn, args) => host.ask(name, fn, args),
          start: (name, fn, args) => host.ask(name, fn, args, true),
          tell: (name, fn, args) => host.tell(name, fn, args),
          fail,
        })
      : undefined;
  const ownImports = own.map(({ interface: name, functions }) => [
    name,
    Object.fromEntries(
      functions.map((fn) => [camelCase(fn), (...args: unknown[]) => host.ask(name, fn, args)]),
    ),
  ]);
  return { imports: { ...wasi?.imports, ...Object.fromEntries(ownImports) }, wasi };
}

/** What its WASI holds back goes out before the end of the call is told: nothing may follow that. */
export async function settledEnd(wasi: Wasi, ended: CallEnd): Promise<CallEnd> {
  wasi.endLines();
  if (ended.end === 'failed') return ended;
  try {
    await wasi.settle();
    return ended;
  } catch (thrown) {
    return { end: 'failed', error: toErrorRecord(thrown, 'GUEST_TRAPPED') };
  }
}
