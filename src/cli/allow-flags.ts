import { basename, extname } from 'node:path';
import { configTextOf } from '../config-text.ts';
import { SignalboxError } from '../core/errors.ts';
import { isPluginId } from '../core/ids.ts';
import type { ConfigText } from '../options.ts';

interface AllowFlag {
  /** As commander names what it parsed. */
  readonly name: string;
  readonly flag: string;
  /** What it takes a comma-separated list of. */
  readonly argument: string;
  /** Of permissions, each with everything in the list as its scope. */
  readonly kinds: readonly string[];
  readonly description: string;
}

/** A flag for each kind of thing plugins are given, in the order `--help` shows them. */
export const allowFlags = [
  {
    name: 'allowFs',
    flag: '--allow-fs',
    argument: 'dirs',
    kinds: ['fs:list', 'fs:metadata', 'fs:read', 'watch'],
    description: 'list, look at, read and watch what is below, comma-separated',
  },
  {
    name: 'allowList',
    flag: '--allow-list',
    argument: 'dirs',
    kinds: ['fs:list'],
    description: 'list directories (fs:list)',
  },
  {
    name: 'allowMetadata',
    flag: '--allow-metadata',
    argument: 'dirs',
    kinds: ['fs:metadata'],
    description: 'size and time of files (fs:metadata)',
  },
  {
    name: 'allowRead',
    flag: '--allow-read',
    argument: 'dirs',
    kinds: ['fs:read'],
    description: 'read files (fs:read)',
  },
  {
    name: 'allowWrite',
    flag: '--allow-write',
    argument: 'dirs',
    kinds: ['fs:write'],
    description: 'write, make and remove files (fs:write)',
  },
  {
    name: 'allowWatch',
    flag: '--allow-watch',
    argument: 'dirs',
    kinds: ['watch'],
    description: 'notice changes (watch)',
  },
  {
    name: 'allowStorage',
    flag: '--allow-storage',
    argument: 'spaces',
    kinds: ['storage:read', 'storage:write'],
    description: 'keep values from one run to the next (storage:read, storage:write)',
  },
  {
    name: 'allowNet',
    flag: '--allow-net',
    argument: 'origins',
    kinds: ['net:request'],
    description: 'request what is there: https://example.org (net:request)',
  },
  {
    name: 'allowEnv',
    flag: '--allow-env',
    argument: 'names',
    kinds: ['env:read'],
    description: 'read environment variables (env:read)',
  },
  {
    name: 'allowPublish',
    flag: '--allow-publish',
    argument: 'channels',
    kinds: ['relay:publish'],
    description: 'publish events (relay:publish)',
  },
] as const satisfies readonly AllowFlag[];

type ListFlags = { readonly [Name in (typeof allowFlags)[number]['name']]?: readonly string[] };

/** The flags of `run` that stand in for an entry of a config file, as commander parses them. */
export interface AllowFlags extends ListFlags {
  readonly allow?: readonly string[];
  /** False with `--no-allow-log`. */
  readonly allowLog: boolean;
  readonly configValue?: readonly string[];
}

/** The permissions that flags grant, each once. Without a flag that is `log` alone. */
export function permissionsOf(flags: AllowFlags): readonly string[] {
  const granted = new Set<string>(flags.allowLog ? ['log'] : []);
  for (const { name, kinds } of allowFlags) {
    for (const scope of flags[name] ?? []) for (const kind of kinds) granted.add(`${kind}:${scope}`);
  }
  for (const permission of flags.allow ?? []) granted.add(permission);
  return [...granted];
}

/** The flags that grant permissions and nothing else: `--allow-read=waves`. A scope `*` is left for the operator to fill in. */
export function flagsFor(permissions: readonly string[]): readonly string[] {
  const flags = permissions.map((permission) => {
    if (permission === 'log') return '--allow-log';
    for (const known of allowFlags) {
      const scope = scopeOf(permission, known);
      if (scope === undefined || !known.kinds.every((kind) => permissions.includes(`${kind}:${scope}`)))
        continue;
      return `${known.flag}=${scope === '*' ? placeholderOf(known) : shellWord(scope)}`;
    }
    return `--allow=${shellWord(permission)}`;
  });
  return [...new Set(flags)];
}

/** The flag without which an interface of ours is of no use, for an artifact that has no manifest to say more. */
export function flagOfInterface(name: string): string | undefined {
  const found = name.startsWith(ownInterfaces) ? name.slice(ownInterfaces.length) : '';
  const flag = flagOfOwn[found];
  const known = allowFlags.find((each) => each.flag === flag);
  return known ? `${known.flag}=${placeholderOf(known)}` : flag;
}

const ownInterfaces = 'signalbox:plugin/';
const flagOfOwn: Readonly<Record<string, string>> = {
  filesystem: '--allow-fs',
  watch: '--allow-watch',
  relay: '--allow-publish',
  http: '--allow-net',
  storage: '--allow-storage',
  environment: '--allow-env',
  clock: '--allow=time:read',
  random: '--allow=random',
  metrics: '--allow=metrics',
};

function scopeOf(permission: string, { kinds }: AllowFlag): string | undefined {
  const kind = kinds.find((each) => permission.startsWith(`${each}:`));
  return kind === undefined ? undefined : permission.slice(kind.length + 1);
}

/** `DIR`, to be replaced by one. */
function placeholderOf({ argument }: AllowFlag): string {
  return argument.slice(0, -1).toUpperCase();
}

/** True when a flag was given that only makes sense for a single artifact. */
export function hasAllowFlags({ allowLog, ...flags }: AllowFlags): boolean {
  return (
    !allowLog || [...allowFlags.map(({ name }) => name), 'allow', 'configValue'].some((flag) => flag in flags)
  );
}

/**
 * The plugin's `config` table from `key=value` pairs. A value that is JSON is taken as such, any other as text.
 *
 * @throws `ARGUMENT_INVALID`
 */
export function configTableOf(pairs: readonly string[]): Readonly<Record<string, unknown>> {
  const entries = pairs.map((pair): [string, unknown] => {
    const at = pair.indexOf('=');
    if (at > 0) return [pair.slice(0, at), jsonOrText(pair.slice(at + 1))];
    throw new SignalboxError('ARGUMENT_INVALID', `Config value ${JSON.stringify(pair)} is not "key=value"`, {
      hint: `Write --config-value 'directories=["waves"]'`,
    });
  });
  return Object.fromEntries(entries);
}

/** A plugin id made from a file name: `Wave Scanner.ts` is `wave-scanner`. */
export function idOf(path: string): string {
  const stem = basename(path, extname(path)).toLowerCase();
  const id = stem.replace(/[^a-z0-9_-]+/g, '-').replace(/^[-_]+|[-_]+$/g, '');
  return isPluginId(id) ? id : 'plugin';
}

/** A config with one enabled entry. Relative paths in flags start at `cwd`. */
export function configOfArtifact(
  artifactPath: string,
  id: string,
  flags: AllowFlags,
  cwd: string,
): ConfigText {
  const config = configTableOf(flags.configValue ?? []);
  return configTextOf([{ id, enabled: true, artifactPath, permissions: permissionsOf(flags), config }], cwd);
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
