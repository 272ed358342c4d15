import type { ConfigDocument, PluginEntry } from './config/document.ts';
import { fingerprint } from './core/fingerprint.ts';
import type { PluginId } from './core/ids.ts';
import type { ConfigFile, ConfigReading } from './ports/config-file.ts';

/** What is granted to one plugin as long as this runtime lives, and written nowhere. */
export interface Loan {
  readonly permissions: readonly string[];
  /** Fingerprint of the wants that are approved meanwhile. */
  readonly approved?: string;
}

/** A config file and what is lent beside it: its documents say both. */
export interface LentConfig extends ConfigFile {
  /** Adds to what is lent. */
  lend(id: PluginId, loan: Loan): void;
  /** Takes back what is lent of some permissions, or of all. */
  takeBack(id: PluginId, permissions: readonly string[] | 'all'): void;
}

export function lentConfig(configFile: ConfigFile): LentConfig {
  const loans = new Map<PluginId, Loan>();
  const withLoansRead = (reading: ConfigReading): ConfigReading =>
    reading.outcome === 'document' ? { ...reading, document: withLoans(reading.document, loans) } : reading;
  return {
    file: configFile.file,
    read: async (signal) => withLoansRead(await configFile.read(signal)),
    edit: async (edit, signal) => withLoans(await configFile.edit(edit, signal), loans),
    watch: (onChange, onError) => configFile.watch(onChange, onError),
    lend(id, { permissions, approved }) {
      const before = loans.get(id);
      loans.set(id, {
        permissions: [...new Set([...(before?.permissions ?? []), ...permissions])],
        ...((approved ?? before?.approved) && { approved: approved ?? before?.approved ?? '' }),
      });
    },
    takeBack(id, permissions) {
      const before = loans.get(id);
      if (!before) return;
      const kept =
        permissions === 'all' ? [] : before.permissions.filter((text) => !permissions.includes(text));
      loans.set(id, { ...before, permissions: kept });
    },
  };
}

function withLoans(document: ConfigDocument, loans: Map<PluginId, Loan>): ConfigDocument {
  const named = new Set([...document.entries, ...document.rejected].map(({ id }) => id));
  // What comes later under the id of a plugin that went is another plugin.
  for (const id of loans.keys()) if (!named.has(id)) loans.delete(id);
  if (loans.size === 0) return document;
  const entries = document.entries.map((entry) => withLoan(entry, loans.get(entry.id)));
  const lent = entries.map((entry) => entry.fingerprint);
  return { ...document, entries, fingerprint: fingerprint([document.fingerprint, lent]) };
}

function withLoan(entry: PluginEntry, loan: Loan | undefined): PluginEntry {
  if (!loan) return entry;
  const permissions = [...new Set([...entry.permissions, ...loan.permissions])];
  return {
    ...entry,
    permissions,
    ...(loan.approved !== undefined && { approved: loan.approved }),
    fingerprint: fingerprint([entry.fingerprint, loan]),
  };
}
