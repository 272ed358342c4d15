import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AuditRecord } from '../../../relays/audit.ts';
import type { CapabilitiesOptions } from '../../../src/capabilities/capabilities.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { Limits } from '../../../src/permissions/limits.ts';
import type { HostImports } from '../../../src/ports/host-imports.ts';
import type { CallOutcome, Instance, Prepared } from '../../../src/ports/sandbox.ts';
import { temporaryFolder, type Wired, wired } from '../../capabilities/wired.ts';
import { callAll, type Harness } from '../harness.ts';

export interface GuestOptions extends Pick<CapabilitiesOptions, 'network'> {
  readonly permissions?: readonly string[];
  /** Arguments of a command. */
  readonly words?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly limits?: Partial<Limits>;
  /** Default 5,000. */
  readonly deadlineMs?: number;
  /** Below the folder that granted paths start at. */
  readonly files?: Readonly<Record<string, string>>;
  /** In place of the capabilities of that name. */
  readonly imports?: HostImports;
}

/** An instance on real capabilities in a folder of its own. */
export interface WasiGuest extends AsyncDisposable {
  readonly instance: Instance;
  readonly wired: Wired;
  readonly folder: string;
}

export async function openGuest(
  harness: Harness,
  prepared: Prepared,
  options: GuestOptions = {},
): Promise<WasiGuest> {
  const resources = new AsyncDisposableStack();
  const { path: folder } = resources.use(await temporaryFolder());
  for (const [path, text] of Object.entries(options.files ?? {})) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const capabilities = resources.use(
    wired({
      permissions: options.permissions ?? [],
      config: { arguments: options.words ?? [] },
      environment: options.environment ?? {},
      limits: options.limits ?? {},
      baseFolder: folder,
      imports: prepared.imports,
      clock: systemClock,
      ...(options.network && { network: options.network }),
    }),
  );
  const instance = await harness.instantiate(prepared, {
    imports: { ...capabilities.wiring.imports, ...options.imports },
    limits: options.limits ?? {},
  });
  resources.defer(() => instance.close());
  return { instance, wired: capabilities, folder, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

export interface CommandEnd {
  readonly outcome: CallOutcome;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** `denied fs:read:data/a.txt`, without what the log and the start of every C program tell. */
  readonly audit: readonly string[];
  readonly folder: string;
}

/** Runs a command to its end. `inspect` looks at its folder before that is gone. */
export async function run(
  harness: Harness,
  prepared: Prepared,
  words: readonly string[],
  options: GuestOptions = {},
  inspect: (folder: string) => Promise<void> = async () => {},
): Promise<CommandEnd> {
  const permissions = ['log', ...(options.permissions ?? [])];
  await using guest = await openGuest(harness, prepared, { ...options, permissions, words });
  const deadlineMs = options.deadlineMs ?? 5_000;
  const [ended] = callAll(guest.instance, [{ export: 'run.run', args: [], deadlineMs }]);
  if (!ended) throw new Error('A call has no outcome');
  const outcome = await ended;
  await inspect(guest.folder);
  const lines = (level: string): readonly string[] =>
    guest.wired.logs.filter((line) => line.level === level).map(({ message }) => message);
  return {
    outcome,
    stdout: lines('info'),
    stderr: lines('warn'),
    audit: guest.wired.audit.map(shown).filter((text) => !startNoise.has(text)),
    folder: guest.folder,
  };
}

export async function wasiFixture(name: string): Promise<Buffer> {
  return await readFile(new URL(`../../fixtures/wasi/${name}`, import.meta.url));
}

const startNoise = new Set(['used log', 'denied env:read:*', 'denied fs:list:*']);

function shown({ decision, permission }: AuditRecord): string {
  return `${decision} ${permission}`;
}

export const exited = (status: number) => ({
  outcome: 'failed',
  error: { code: 'GUEST_EXITED', details: { status } },
});
