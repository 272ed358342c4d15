import { toErrorRecord } from '../../core/errors.ts';
import { isWasi } from '../../core/wasi.ts';
import type { CallEnd } from './call-end.ts';
import { camelCase } from './component-code.ts';
import type { HostImportObject, LoadedProgram } from './loaded-program.ts';
import { openWasi, type Wasi } from './wasi/wasi.ts';
import type { WasiHost } from './wasi/wasi-host.ts';

interface GuestImports {
  readonly imports: HostImportObject;
  /** Absent from a guest that imports none of it. */
  readonly wasi?: Wasi;
}

/** What a guest imports, as functions that ask its broker. @throws what `openWasi` throws */
export async function importsOf(wanted: LoadedProgram['imports'], host: WasiHost): Promise<GuestImports> {
  const own = wanted.filter(({ interface: name }) => !isWasi(name));
  const ownImports = Object.fromEntries(
    own.map(({ interface: name, functions }) => [
      name,
      Object.fromEntries(
        functions.map((fn) => [camelCase(fn), (...args: unknown[]) => host.call(name, fn, args)]),
      ),
    ]),
  );
  if (own.length === wanted.length) return { imports: ownImports };
  const wasi = await openWasi(wanted, host);
  return { imports: { ...wasi.imports, ...ownImports }, wasi };
}

/** What its WASI holds back goes out before the end of the call is told: nothing may follow that. */
export async function settled(wasi: Wasi, ended: CallEnd): Promise<CallEnd> {
  await wasi.takeStreams();
  wasi.endLines();
  if (ended.end === 'failed') return ended;
  try {
    await wasi.settle();
    return ended;
  } catch (thrown) {
    return { end: 'failed', error: toErrorRecord(thrown, 'GUEST_TRAPPED') };
  }
}
