import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import type { Isolation } from '../../src/config/document.ts';
import { sha256 } from '../../src/core/fingerprint.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { defaultLimits, type Limits } from '../../src/permissions/limits.ts';
import type { Artifact } from '../../src/ports/artifacts.ts';
import type { HostImports } from '../../src/ports/host-imports.ts';
import type { CallOutcome, CallRequest, Instance, Prepared, Sandbox } from '../../src/ports/sandbox.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import type { SandboxEvent } from '../../src/sandbox/sandbox-event.ts';
import { makeNeverReturn, takes } from '../support/never-returns.ts';

export const never: AbortSignal = new AbortController().signal;
const pluginId = parsePluginId('test.guest');
const manifest = { id: 'test.guest', version: '0.1.0', kind: 'component', entry: 'guest.wasm' } as const;

export interface InstanceOptions {
  readonly isolation?: Isolation;
  readonly limits?: Partial<Limits>;
  readonly imports?: HostImports;
  readonly signal?: AbortSignal;
}

/** A sandbox with a cache folder of its own, everything it told, and shorthands. Dispose it. */
export interface Harness extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly events: readonly SandboxEvent[];
  component(wat: string): Promise<Prepared>;
  bytes(bytes: Uint8Array): Promise<Prepared>;
  script(source: string): Promise<Prepared>;
  /** A program that does not let go of its cell once `take` is called. To be the first that is prepared. */
  stubborn(): Promise<Prepared>;
  instantiate(prepared: Prepared, options?: InstanceOptions): Promise<Instance>;
}

export async function openHarness(cells = 1): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-sandbox-'));
  const events: SandboxEvent[] = [];
  const sandbox = createSandbox({
    cacheFolder: join(folder, 'cache'),
    cells,
    onEvent: (event) => events.push(event),
  });
  const bytes = async (content: Uint8Array): Promise<Prepared> => {
    const fileDigest = sha256(content);
    const file = join(folder, `${fileDigest}.wasm`);
    await writeFile(file, content);
    const code = { kind: 'component', file, fileDigest } as const;
    return await sandbox.prepare(artifactOf(code), never);
  };
  const component = async (wat: string): Promise<Prepared> => await bytes(await parse(wat));
  return {
    sandbox,
    folder,
    events,
    bytes,
    component,
    stubborn: async () => {
      const prepared = await component(takes);
      await makeNeverReturn(join(folder, 'cache'));
      return prepared;
    },
    script: async (source) =>
      await sandbox.prepare(artifactOf({ kind: 'script', name: 'guest.ts', source, imports: [] }), never),
    instantiate: async (prepared, { isolation = 'shared', limits = {}, imports = {}, signal = never } = {}) =>
      await sandbox.instantiate(
        { pluginId, prepared, isolation, imports, limits: { ...defaultLimits, ...limits } },
        signal,
      ),
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a call gave, without what it used. */
function withoutUsage(outcome: CallOutcome): CallOutcome {
  if (outcome.outcome === 'rejected') return outcome;
  const { usage: _usage, ...rest } = outcome;
  return rest;
}

/** Makes calls at once; what each used is left out. */
export function callAll(
  instance: Instance,
  requests: readonly CallRequest[],
): readonly Promise<CallOutcome>[] {
  return instance.callAll(requests).map(async (outcome) => withoutUsage(await outcome));
}

export async function call(
  instance: Instance,
  name: string,
  ...args: readonly unknown[]
): Promise<CallOutcome> {
  const [outcome] = callAll(instance, [{ export: name, args, deadlineMs: 5_000 }]);
  if (!outcome) throw new Error('A call has no outcome');
  return await outcome;
}

export const returned = (value: unknown): CallOutcome => ({ outcome: 'returned', value });

/** The text of a fixture in test/fixtures/sandbox. */
export async function fixture(name: string): Promise<string> {
  return await readFile(new URL(`../fixtures/sandbox/${name}`, import.meta.url), 'utf8');
}

function artifactOf(code: Artifact['code']): Artifact {
  const content = code.kind === 'script' ? code.source : code.fileDigest;
  return { manifest, isDeclared: false, digest: sha256(content), watchPaths: [], code };
}
