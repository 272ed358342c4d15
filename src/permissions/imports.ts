import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import type { Wanting } from './granting.ts';
import { type Permission, type PermissionKind, parsePermission, permissionText } from './permission.ts';
import { wasiInterfaces } from './wasi.ts';

/** The permissions an interface of ours acts under; one of them makes importing it legitimate. An empty row needs none. */
const kindsOf: Readonly<Record<string, readonly PermissionKind[]>> = {
  'signalbox:plugin/log': ['log'],
  'signalbox:plugin/config': [],
  'signalbox:plugin/relay': ['relay:publish'],
  'signalbox:plugin/filesystem': ['fs:list', 'fs:metadata', 'fs:read', 'fs:write'],
  'signalbox:plugin/watch': ['watch'],
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
  const kinds = kindsOf[name];
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

const examples: Readonly<Record<string, string>> = {
  'signalbox:plugin/log': 'log',
  'signalbox:plugin/relay': 'relay:publish:<channel>',
  'signalbox:plugin/filesystem': 'fs:read:<directory>',
  'signalbox:plugin/watch': 'watch:<directory>',
};

function examplePermission(name: string): string {
  return examples[name] ?? `host:use:${name}`;
}
