import Type, { type Static } from 'typebox';
import type { ErrorRecord } from '../core/errors.ts';
import type { Digest, PluginId } from '../core/ids.ts';
import { limitsSchema } from '../permissions/limits.ts';
import type { ApiSettings } from './api-settings.ts';
import { type SecretReferences, secretSchema } from './secrets.ts';

/** The newest `[plugins] schema_version` this release writes. */
export const currentSchemaVersion = 1;

export const isolations = ['shared', 'own', 'thread'] as const;
export type Isolation = (typeof isolations)[number];

export const watchSchema = Type.Object({
  directories: Type.Array(Type.String({ minLength: 1 }), {
    description: 'Granted fs:list, fs:metadata and watch',
  }),
  debounce_ms: Type.Optional(
    Type.Integer({ minimum: 0, default: 250, description: 'Milliseconds; below 50 counts as 50' }),
  ),
});

/** One `[[plugins.entries]]` as the operator writes it. */
export const entrySchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 128, description: 'The id its manifest has: waves.scanner' }),
  enabled: Type.Optional(Type.Boolean({ default: false })),
  artifact_path: Type.String({
    minLength: 1,
    description: 'File or plugin folder, relative to this file or absolute',
  }),
  permissions: Type.Optional(Type.Array(Type.String(), { description: 'What you grant it' })),
  config: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Its own settings' })),
  watch: Type.Optional(watchSchema),
  limits: Type.Optional(Type.Partial(limitsSchema)),
  isolation: Type.Optional(
    Type.Enum([...isolations], {
      default: 'shared',
      description: 'A shared cell, a cell of its own, or a thread of the host process (trusted plugins only)',
    }),
  ),
  channels: Type.Optional(
    Type.Array(Type.String(), { description: 'Channels it may publish on; the same as relay:publish' }),
  ),
  on_reload_failure: Type.Optional(
    Type.Enum(['keep', 'stop'], {
      default: 'keep',
      description: 'Whether the old version serves on when a new one fails',
    }),
  ),
  secrets: Type.Optional(
    Type.Record(Type.String(), secretSchema, {
      description: 'By name, for `{{secret:<name>}}` in the headers of its requests; filled in by the host',
    }),
  ),
});

/** One valid entry, defaults filled in. */
export interface PluginEntry {
  readonly id: PluginId;
  readonly enabled: boolean;
  readonly artifactPath: string;
  /** Grants of the operator, `channels` and `watch.directories` included, as permission texts. */
  readonly permissions: readonly string[];
  /** The plugin's own settings: JSON values, keys in file order. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly watch?: { readonly directories: readonly string[]; readonly debounceMs: number };
  readonly limits: Static<typeof entrySchema>['limits'] & object;
  readonly isolation: Isolation;
  readonly onReloadFailure: 'keep' | 'stop';
  /** What the host may put into the headers of its requests, by name. */
  readonly secrets?: SecretReferences;
  /** SHA-256 over everything above but `config`. */
  readonly fingerprint: Digest;
  /** SHA-256 over `config` alone. */
  readonly configFingerprint: Digest;
}

/** An entry that cannot be used: an Error of that plugin alone. `id` is its place (`entries.3`) where it has no usable id. */
export interface RejectedEntry {
  readonly id: PluginId;
  readonly error: ErrorRecord;
}

/** `[signalbox]`: how the runtime itself behaves. */
export interface RuntimeSettings {
  readonly profile: 'default' | 'strict';
  /** Relative to the config file. */
  readonly stateDir: string;
  readonly maxPlugins: number;
  readonly safeMode: boolean;
  /** Look for plugin folders beside the config that no entry names. */
  readonly autoDiscover: boolean;
}

/** One reading of the config file, validated. What is published whole, again and again, as a replay. */
export interface ConfigDocument {
  /** Absolute path of the file; relative paths in it start at its folder. */
  readonly file: string;
  readonly settings: RuntimeSettings;
  readonly api: ApiSettings;
  readonly entries: readonly PluginEntry[];
  readonly rejected: readonly RejectedEntry[];
  /** Things a person should mend that stop nothing: unknown keys, values that were raised to a minimum. */
  readonly warnings: readonly ErrorRecord[];
  /** SHA-256 over entries, rejections and both kinds of settings: equal for documents that mean the same. */
  readonly fingerprint: Digest;
}
