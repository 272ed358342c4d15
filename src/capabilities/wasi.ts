import { resolve } from 'node:path';
import { dirname } from 'node:path/posix';
import Type from 'typebox';
import { normalizeRoot } from '../permissions/paths.ts';
import type { Permission } from '../permissions/permission.ts';
import type { HostFunction } from '../ports/host-imports.ts';
import { argumentReader } from './arguments.ts';
import { boundedText } from './printable-text.ts';
import { createRateLimit } from './rate-limit.ts';
import { returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

const fileKinds = ['list', 'metadata', 'read', 'write'] as const;
/** Each is a record of the audit. A cell tells each once an instance; one that has fallen would hide what it does among them. */
export const maxDenialsPerSecond = 100;
/** Longest wait of a Node timer; who waits longer asks again. */
const maxWaitMs = 2 ** 31 - 1;
const maxScopeBytes = 512;

const readWaitArguments = argumentReader(
  'wait',
  Type.Tuple([Type.Union([Type.Undefined(), Type.Number({ minimum: 0 })])]),
);
const readDenyArguments = argumentReader(
  'deny',
  Type.Tuple([Type.Enum(['directories', 'environment', 'random', 'socket', 'lookup']), Type.String()]),
);

interface Place {
  readonly path: string;
  readonly prefix: string;
}

/** What the virtual WASI in a cell needs beside the capabilities a guest could import itself. */
export function wireWasi(context: WiringContext): Readonly<Record<string, HostFunction>> {
  const { access, clock, entry, limits, permissions, config } = context;
  /** A guest with tasks waits for several things at a time. */
  const waits = new Set<() => void>();
  const denialRate = createRateLimit(maxDenialsPerSecond, clock);

  return {
    start: async () => {
      const files = fileGrants(permissions);
      return returned({
        arguments: [entry.id, ...commandArguments(config())],
        environment: grantedVariables(context),
        preopens: await preopensOf(files, context),
        files,
        mayReadTime: access.check({ kind: 'time:read' }).allowed,
        isRandom: access.check({ kind: 'random' }).allowed,
        logLinesPerSecond: limits.log_lines_per_second,
      });
    },

    wait: async (args, signal) => {
      const [waitMs] = readWaitArguments(args);
      const { promise, resolve } = Promise.withResolvers<void>();
      const end = (): void => resolve();
      waits.add(end);
      const timer = waitMs === undefined ? undefined : clock.setTimeout(end, Math.min(waitMs, maxWaitMs));
      signal.addEventListener('abort', end);
      try {
        await promise;
        return returned();
      } finally {
        waits.delete(end);
        signal.removeEventListener('abort', end);
        clock.clearTimeout(timer);
      }
    },

    /** Whoever waits looks again. */
    wake: () => {
      for (const end of waits) end();
      return returned();
    },

    deny: (args) => {
      const [what, scope] = readDenyArguments(args);
      if (!denialRate.take()) return returned();
      const { permission, rule } = denials[what](boundedText(scope, maxScopeBytes));
      access.deny(permission, rule);
      return returned();
    },
  };
}

/** What the cell refused by itself, in the words of the audit. */
const denials = {
  directories: () => ({
    permission: { kind: 'fs:list', scope: '*' },
    rule: 'WASI was asked for directories, and none is granted',
  }),
  environment: () => ({
    permission: { kind: 'env:read', scope: '*' },
    rule: 'WASI was asked for the environment, and no variable of it is granted',
  }),
  random: () => ({
    permission: { kind: 'random' },
    rule: '"random" is not granted: the plugin gets a fixed sequence, which is not fit for keys',
  }),
  socket: (scope: string) => ({
    permission: { kind: 'net:request', scope },
    rule: 'Sockets are never granted; wasi:http is, origin by origin',
  }),
  lookup: (scope: string) => ({
    permission: { kind: 'net:request', scope },
    rule: 'Names are looked up for granted requests alone',
  }),
} as const satisfies Record<
  'directories' | 'environment' | 'random' | 'socket' | 'lookup',
  (scope: string) => { readonly permission: Permission; readonly rule: string }
>;

/** A command reads its settings from its arguments: `arguments` of the entry's `config` table. */
function commandArguments({ arguments: given }: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(given) ? given.filter((text) => typeof text === 'string') : [];
}

function grantedVariables({
  permissions,
  access,
  environment,
}: WiringContext): readonly (readonly [string, string])[] {
  const names = permissions.flatMap(({ kind, scope }) => (kind === 'env:read' && scope ? [scope] : []));
  return [...new Set(names)].flatMap((name) => {
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value === undefined || !access.decide({ kind: 'env:read', scope: name }).allowed) return [];
    return [[name, value] as const];
  });
}

function fileGrants(
  permissions: readonly Permission[],
): readonly (Place & { readonly kinds: readonly string[] })[] {
  const kindsByPath = new Map<string, string[]>();
  for (const { kind, scope } of permissions) {
    const right = fileKinds.find((name) => kind === `fs:${name}`);
    if (right === undefined || scope === undefined) continue;
    const path = normalizeRoot(scope);
    kindsByPath.set(path, [...(kindsByPath.get(path) ?? []), right]);
  }
  return [...kindsByPath].map(([path, kinds]) => ({ ...placeOf(path), kinds }));
}

/** WASI begins with directories: of a granted file it is the one the file lies in, where nothing else is allowed. */
async function preopensOf(grants: readonly Place[], context: WiringContext): Promise<readonly Place[]> {
  const paths = new Set<string>();
  for (const { path } of grants) paths.add((await isFile(path, context)) ? dirname(path) : path);
  return [...paths].map(placeOf);
}

async function isFile(path: string, { walk, baseFolder }: WiringContext): Promise<boolean> {
  const opening = await walk.open(resolve(baseFolder, path), []);
  if (opening.outcome !== 'opened') return false;
  await using opened = opening.opened;
  return opened.stat.isFile();
}

function placeOf(path: string): Place {
  return { path, prefix: path === '.' ? '' : path === '/' ? '/' : `${path}/` };
}
