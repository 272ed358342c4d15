import { SignalboxError, type SourceLocation } from '../core/errors.ts';
import { currentSchemaVersion } from './document.ts';
import type { Table } from './toml.ts';

/** Takes `[plugins]` of one schema version to the next. Pure: the file itself is only changed by edits. */
interface Step {
  readonly from: number;
  readonly apply: (plugins: Table) => Table;
}

/** In order; the last one ends at `currentSchemaVersion`. */
const migrations: readonly Step[] = [
  // Before versions were written the table had today's shape.
  { from: 0, apply: (plugins) => ({ ...plugins, schema_version: 1 }) },
];

/** `[plugins]` as the current version would have written it. */
export function migrate(plugins: Table, version: number): Table {
  return migrations.filter(({ from }) => from >= version).reduce((table, { apply }) => apply(table), plugins);
}

/** The version of a `[plugins]` table, 0 where it says none; undefined where it is no version at all. */
export function readSchemaVersion(plugins: Table): number | undefined {
  const version = plugins['schema_version'] ?? 0;
  return typeof version === 'number' && Number.isInteger(version) && version >= 0 ? version : undefined;
}

export function tooNew(version: number, location: SourceLocation | undefined): SignalboxError {
  const message = `Config file has schema_version ${version}, this Signalbox reads up to ${currentSchemaVersion}`;
  return new SignalboxError('CONFIG_TOO_NEW', message, {
    hint: 'Run the newer Signalbox that wrote it',
    ...(location && { location }),
  });
}
