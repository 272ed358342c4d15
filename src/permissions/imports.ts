import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import { wasiInterfaces } from '../core/wasi.ts';
import type { Wanting } from './granting.ts';
import { type Permission, type PermissionKind, parsePermission, permissionText } from './permission.ts';

interface OwnInterface {
  /** The permissions it acts under; one of them makes importing it legitimate. None: it needs no permission. */
  readonly kinds: readonly PermissionKind[];
  /** One to ask for, where nothing says which. */
  readonly example?: string;
}

const own: Readonly<Record<string, OwnInterface>> = {
  'signalbox:plugin/log': { kinds: ['log'], example: 'log' },
  'signalbox:plugin/config': { kinds: [] },
  'signalbox:plugin/relay': { kinds: ['relay:publish'], example: 'relay:publish:<channel>' },
  'signalbox:plugin/filesystem': {
    kinds: ['fs:list', 'fs:metadata', 'fs:read', 'fs:write'],
    example: 'fs:read:<directory>',
  },
  'signalbox:plugin/watch': { kinds: ['watch'], example: 'watch:<directory>' },
  'signalbox:plugin/http': { kinds: ['net:request'], example: 'net:request:<origin>' },
  'signalbox:plugin/storage': { kinds: ['storage:read', 'storage:write'], example: 'storage:read:<space>' },
  'signalbox:plugin/environment': { kinds: ['env:read'], example: 'env:read:<NAME>' },
  'signalbox:plugin/metrics': { kinds: ['metrics'], example: 'metrics' },
  'signalbox:plugin/random': { kinds: ['random'], example: 'random' },
  'signalbox:plugin/clock': { kinds: ['time:read'], example: 'time:read' },
};

interface ImportCheck {
  /** Interfaces the guest imports, without version. */
  readonly imports: readonly string[];
  /** Interfaces the host can wire. */
  readonly offered: readonly string[];
  readonly manifest: Wanting;
  readonly isDeclared: boolean;
  readonly effective: readonly Permission[];
}

/**
 * The first import that must keep a plugin from loading: one the host does not offer (`IMPORT_UNKNOWN`), or one that neither the
 * manifest declares nor, where there is no manifest, the operator granted (`IMPORT_UNDECLARED`).
 */
export function checkImports({
  imports,
  offered,
  manifest,
  isDeclared,
  effective,
}: ImportCheck): ErrorRecord | undefined {
  const held = isDeclared ? (manifest.permissions ?? []).map(({ want }) => parsePermission(want)) : effective;
  for (const name of imports) {
    // Toolchains import all of WASI whether it is used or not; each use is decided when it is made.
    if (wasiInterfaces.includes(name)) continue;
    if (!offered.includes(name)) return unknownImport(name, offered);
    if (!isHeld(name, held)) return undeclaredImport(name, isDeclared, effective);
  }
  return undefined;
}

function isHeld(name: string, held: readonly Permission[]): boolean {
  const kinds = own[name]?.kinds;
  if (kinds === undefined)
    return held.some(({ kind, scope }) => kind === 'host:use' && (scope === name || scope === '*'));
  return kinds.length === 0 || held.some(({ kind }) => kinds.includes(kind));
}

function unknownImport(name: string, offered: readonly string[]): ErrorRecord {
  return new SignalboxError(
    'IMPORT_UNKNOWN',
    `The plugin imports "${name}", which this host does not offer`,
    {
      hint: `The host offers ${offered.map((interfaceName) => `"${interfaceName}"`).join(', ')}`,
      details: { import: name, offered },
    },
  ).toRecord();
}

function undeclaredImport(name: string, isDeclared: boolean, effective: readonly Permission[]): ErrorRecord {
  const permission = examplePermission(name);
  const granted = [...effective.map(permissionText), permission];
  const message = isDeclared
    ? `The plugin imports "${name}", but its manifest does not ask for it`
    : `The plugin imports "${name}", but nothing it could do there is granted`;
  return new SignalboxError('IMPORT_UNDECLARED', message, {
    hint: isDeclared
      ? `Add to plugin.toml: [[permissions]] want = "${permission}", reason = "..."`
      : `Write in its entry: permissions = [${granted.map((text) => JSON.stringify(text)).join(', ')}]`,
    details: { import: name },
  }).toRecord();
}

function examplePermission(name: string): string {
  return own[name]?.example ?? `host:use:${name}`;
}
