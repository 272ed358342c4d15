import { SignalboxError } from '../../../core/errors.ts';
import { isWasi, wasiSupport } from '../../../core/wasi.ts';
import type { ProgramImport } from '../../program.ts';
import { camelCase } from '../component-code.ts';
import { openWasi3 } from '../wasi3/wasi3.ts';
import { cliImports } from './cli.ts';
import { clockImports, monotonicClock } from './clocks.ts';
import { Denials } from './denials.ts';
import { filesystemImports } from './filesystem.ts';
import { httpImports } from './http.ts';
import { pollImports, Waiting } from './poll.ts';
import { randomImports } from './random.ts';
import { ResourceNumbers, Unobtainable } from './resource.ts';
import { socketImports } from './sockets.ts';
import { streamImports } from './streams.ts';
import type { WasiContext, WasiInterfaces } from './wasi-context.ts';
import type { WasiGrant, WasiHost } from './wasi-host.ts';
import { WitError } from './wit-error.ts';

/** The WASI of one instance. */
export interface Wasi {
  readonly imports: WasiInterfaces;
  /** Takes what the guest has written to streams of its own. */
  takeStreams(): Promise<void>;
  /** Tells the lines that have no end yet. */
  endLines(): void;
  /** Writes what streams still hold, once the call is over. */
  settle(): Promise<void>;
}

/** @throws `IMPORT_UNKNOWN` for a function that this WASI does not have, and what the broker says to `start` */
export async function openWasi(imports: readonly ProgramImport[], host: WasiHost): Promise<Wasi> {
  const grant = (await host.call(wasiSupport, 'start', [])) as WasiGrant;
  const nowNanos = monotonicClock(grant.mayReadTime);
  const context: WasiContext = {
    host,
    grant,
    nowNanos,
    numbers: new ResourceNumbers(),
    waiting: new Waiting(host, nowNanos),
    denials: new Denials(host),
  };
  const cli = cliImports(context);
  const filesystem = filesystemImports(context);
  const clocks = clockImports(context);
  const random = randomImports(context);
  const wasi3 = openWasi3(context, { cli, filesystem, clocks, random });
  const interfaces: WasiInterfaces = {
    ...cli.imports,
    ...filesystem.imports,
    ...streamImports,
    ...pollImports(context.waiting),
    ...clocks,
    ...random,
    ...socketImports(context),
    ...httpImports(context),
    ...wasi3.imports,
  };
  for (const { interface: name, functions } of imports) {
    if (isWasi(name)) for (const fn of functions) checkOffered(interfaces, name, fn);
  }
  const hasStreams = imports.some(({ interface: name }) => name.startsWith('wasi:') && name.endsWith('@0.3'));
  return {
    imports: interfaces,
    takeStreams: async () => {
      if (hasStreams) await wasi3.settle();
    },
    endLines: cli.endLines,
    settle: async () => {
      cli.endLines();
      try {
        await filesystem.files.settle();
      } catch (error) {
        // Its stream is gone or will tell it again; nobody else would.
        if (!(error instanceof WitError)) throw error;
      }
    },
  };
}

const memberName = /^\[(?:method|static|constructor)\]([^.]+)(?:\.(.+))?$/;

function checkOffered(interfaces: WasiInterfaces, name: string, fn: string): void {
  const [, resource, method] = memberName.exec(fn) ?? [];
  const offered: unknown = interfaces[name]?.[resource === undefined ? camelCase(fn) : className(resource)];
  if (typeof offered === 'function') {
    if (resource === undefined || method === undefined || offered.prototype instanceof Unobtainable) return;
    const owner = fn.startsWith('[static]') ? offered : offered.prototype;
    if (camelCase(method) in owner) return;
  }
  throw new SignalboxError(
    'IMPORT_UNKNOWN',
    `The component imports "${fn}" of "${name}", which this host does not offer`,
    {
      hint: 'This host offers WASI 0.2 and 0.3; build for one of them',
      details: { import: name, function: fn },
    },
  );
}

function className(resource: string): string {
  const name = camelCase(resource);
  return name.charAt(0).toUpperCase() + name.slice(1);
}
