import { basename, extname } from 'node:path';
import { configTextOf } from '../config-text.ts';
import { SignalboxError } from '../core/errors.ts';
import { isPluginId } from '../core/ids.ts';
import type { ConfigText } from '../options.ts';

/** The flags of `run` that stand in for an entry of a config file, as commander parses them. */
export interface AllowFlags {
  readonly allowList?: readonly string[];
  readonly allowMetadata?: readonly string[];
  readonly allowRead?: readonly string[];
  readonly allowWatch?: readonly string[];
  /** All four of the above. */
  readonly allowFs?: readonly string[];
  readonly allowPublish?: readonly string[];
  readonly allow?: readonly string[];
  /** False with `--no-allow-log`. */
  readonly allowLog: boolean;
  readonly configValue?: readonly string[];
}

const permissionOfFlag = {
  allowList: ['fs:list'],
  allowMetadata: ['fs:metadata'],
  allowRead: ['fs:read'],
  allowWatch: ['watch'],
  allowFs: ['fs:list', 'fs:metadata', 'fs:read', 'watch'],
  allowPublish: ['relay:publish'],
} as const satisfies Partial<Record<keyof AllowFlags, readonly string[]>>;

const flagNames = [
  ['fs:list', '--allow-list'],
  ['fs:metadata', '--allow-metadata'],
  ['fs:read', '--allow-read'],
  ['watch', '--allow-watch'],
  ['relay:publish', '--allow-publish'],
] as const;

/** The permissions that flags grant, each once. Without a flag that is `log` alone. */
export function permissionsOf(flags: AllowFlags): readonly string[] {
  const granted = new Set<string>(flags.allowLog ? ['log'] : []);
  for (const [flag, kinds] of Object.entries(permissionOfFlag)) {
    for (const scope of flags[flag as keyof typeof permissionOfFlag] ?? []) {
      for (const kind of kinds) granted.add(`${kind}:${scope}`);
    }
  }
  for (const permission of flags.allow ?? []) granted.add(permission);
  return [...granted];
}

/** The flag that grants a permission: `--allow-read=waves`. A scope `*` is left for the operator to fill in. */
export function flagOf(permission: string): string {
  if (permission === 'log') return '--allow-log';
  const known = flagNames.find(([kind]) => permission.startsWith(`${kind}:`));
  if (!known) return `--allow=${shellWord(permission)}`;
  const [kind, flag] = known;
  const scope = permission.slice(kind.length + 1);
  const placeholder = kind === 'relay:publish' ? 'CHANNEL' : 'DIR';
  return `${flag}=${scope === '*' ? placeholder : shellWord(scope)}`;
}

/** The flag without which an interface of ours is of no use, for an artifact that has no manifest to say more. */
export function flagOfInterface(name: string): string | undefined {
  switch (name) {
    case 'signalbox:plugin/filesystem':
      return '--allow-fs=DIR';
    case 'signalbox:plugin/watch':
      return '--allow-watch=DIR';
    case 'signalbox:plugin/relay':
      return '--allow-publish=CHANNEL';
    case 'signalbox:plugin/http':
      return '--allow=net:request:ORIGIN';
    default:
      return undefined;
  }
}

/** True when a flag was given that only makes sense for a single artifact. */
export function hasAllowFlags({ allowLog, ...flags }: AllowFlags): boolean {
  return (
    !allowLog || [...Object.keys(permissionOfFlag), 'allow', 'configValue'].some((flag) => flag in flags)
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
