import { defaultApiSettings } from '../../src/config/api-settings.ts';
import type {
  ConfigDocument,
  PluginEntry,
  RejectedEntry,
  RuntimeSettings,
} from '../../src/config/document.ts';
import { fingerprint } from '../../src/core/fingerprint.ts';
import { parsePluginId } from '../../src/core/ids.ts';

export type EntryDraft = Partial<Omit<PluginEntry, 'id' | 'fingerprint' | 'configFingerprint'>>;

/** An enabled entry whose artifact lies at its id. */
export function entryOf(id: string, draft: EntryDraft = {}): PluginEntry {
  const { config = {}, ...rest } = draft;
  const parts = {
    id: parsePluginId(id),
    enabled: true,
    artifactPath: id,
    permissions: [],
    limits: {},
    isolation: 'shared' as const,
    onReloadFailure: 'keep' as const,
    ...rest,
  };
  return { ...parts, config, fingerprint: fingerprint(parts), configFingerprint: fingerprint(config) };
}

export function documentOf(
  entries: readonly PluginEntry[],
  settings: Partial<RuntimeSettings> = {},
  rejected: readonly RejectedEntry[] = [],
): ConfigDocument {
  const document = {
    file: '/app/signalbox.toml',
    settings: {
      profile: 'default' as const,
      stateDir: '.signalbox',
      maxPlugins: 1_000,
      safeMode: false,
      autoDiscover: false,
      ...settings,
    },
    api: defaultApiSettings,
    entries,
    rejected,
    warnings: [],
  };
  return { ...document, fingerprint: fingerprint([document.settings, entries, rejected]) };
}
