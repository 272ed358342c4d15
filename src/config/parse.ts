import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import { fingerprint } from '../core/fingerprint.ts';
import { type SourceText, sourceText } from '../core/source-text.ts';
import type { SchemaProblem } from '../manifest/schema-problem.ts';
import { apiSchema, readApiSettings } from './api-settings.ts';
import { type ConfigDocument, currentSchemaVersion } from './document.ts';
import { readEntries } from './entries.ts';
import { migrate, readSchemaVersion, tooNew } from './migrate.ts';
import { createProblems, type Problems } from './problems.ts';
import { readSettings, settingsSchema } from './settings.ts';
import { isTable, readToml, type Table } from './toml.ts';
import { splitUnknown } from './unknown-keys.ts';

/** A document, or why the file as a whole gives none. */
export type ConfigParse =
  | { readonly outcome: 'document'; readonly document: ConfigDocument }
  | { readonly outcome: 'invalid'; readonly error: ErrorRecord };

/** What is wrong with the file as a whole. */
const fileCodes: readonly string[] = ['CONFIG_SYNTAX', 'CONFIG_INVALID', 'CONFIG_TOO_NEW'];

/** What `[plugins]` may hold. */
const pluginsKeys = { schema_version: true, entries: true };

/**
 * Reads a whole config file. Tables that are not ours belong to the host and are not looked at. An entry that cannot be
 * used is rejected alone; `invalid` is a file that gives no document: `CONFIG_SYNTAX`, `CONFIG_INVALID`, `CONFIG_TOO_NEW`.
 *
 * @param file absolute path, for messages and as the start of relative paths
 */
export function parseConfig(text: string, file: string): ConfigParse {
  try {
    return { outcome: 'document', document: readDocument(sourceText(text, file)) };
  } catch (error) {
    if (error instanceof SignalboxError && fileCodes.includes(error.code)) {
      return { outcome: 'invalid', error: error.toRecord() };
    }
    throw error;
  }
}

function readDocument(source: SourceText): ConfigDocument {
  const root = readToml(source);
  const problems = createProblems(source);
  const settings = readSettingsTable(root, problems, 'signalbox', settingsSchema.properties, readSettings);
  const api = readSettingsTable(root, problems, 'api', apiSchema.properties, readApiSettings);
  const plugins = readPluginsTable(root, problems);
  const { entries, rejected } = readEntries(plugins, settings, problems);
  return {
    file: source.file,
    settings,
    api,
    entries,
    rejected,
    warnings: problems.warnings,
    // Without places and frames: those move with every comment above them.
    fingerprint: fingerprint({
      settings,
      api,
      entries: entries.map((entry) => [entry.fingerprint, entry.configFingerprint]),
      rejected: rejected.map(({ id, error }) => [id, error.message]),
    }),
  };
}

/** One of the tables that hold settings alone: unknown keys are warned about, a bad value makes the file unusable. */
function readSettingsTable<Settings>(
  root: Table,
  problems: Problems,
  name: string,
  properties: object,
  read: (table: Table) => { readonly settings: Settings } | { readonly problem: SchemaProblem },
): Settings {
  const written = root[name] ?? {};
  if (!isTable(written)) throw problems.fatal([name], `"${name}" must be a table`, `Write [${name}]`);
  const { known, unknown } = splitUnknown(written, properties);
  for (const key of unknown) problems.unknownKey([name, key], Object.keys(properties));
  const reading = read(known);
  if ('settings' in reading) return reading.settings;
  const { path, clause } = reading.problem;
  throw problems.fatal([name, ...path], `Table [${name}]: ${clause}`);
}

function readPluginsTable(root: Table, problems: Problems): Table {
  const written = root['plugins'] ?? {};
  if (!isTable(written)) throw problems.fatal(['plugins'], '"plugins" must be a table', 'Write [plugins]');
  const version = readSchemaVersion(written);
  if (version === undefined) {
    const found = JSON.stringify(written['schema_version']);
    const message = `"plugins.schema_version" is ${found}, allowed are whole numbers up to ${currentSchemaVersion}`;
    throw problems.fatal(
      ['plugins', 'schema_version'],
      message,
      `Write schema_version = ${currentSchemaVersion}`,
    );
  }
  if (version > currentSchemaVersion) {
    throw tooNew(version, problems.locate(['plugins', 'schema_version']));
  }
  const plugins = migrate(written, version);
  for (const key of splitUnknown(plugins, pluginsKeys).unknown) {
    problems.unknownKey(['plugins', key], Object.keys(pluginsKeys));
  }
  return plugins;
}
