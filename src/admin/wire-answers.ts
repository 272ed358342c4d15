import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { PluginLogLine } from '../../relays/plugin-log.ts';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import { SignalboxError } from '../core/errors.ts';
import { pluginStatusSchema } from '../wire/plugin-status.ts';
import { logLineSchema } from '../wire/records.ts';

/** Lines and where the next ones begin. */
export interface LogPage {
  readonly records: readonly PluginLogLine[];
  readonly next: string;
}

const status = Compile(pluginStatusSchema);
const statuses = Compile(Type.Object({ plugins: Type.Array(Type.Unknown()) }));
const line = Compile(logLineSchema);
const page = Compile(Type.Object({ records: Type.Array(Type.Unknown()), next: Type.String() }));

/** What a runtime answers, checked. A runtime of another version may answer otherwise. @throws `INTERNAL`, like all below */
export function readStatus(value: unknown): PluginStatus {
  if (status.Check(value)) return value as PluginStatus;
  throw unreadable('a status');
}

export function readStatuses(value: unknown): readonly PluginStatus[] {
  if (statuses.Check(value)) return value.plugins.map(readStatus);
  throw unreadable('a list of statuses');
}

export function readLogLine(value: unknown): PluginLogLine {
  if (line.Check(value)) return value as PluginLogLine;
  throw unreadable('a line of the log');
}

export function readLogPage(value: unknown): LogPage {
  if (page.Check(value)) return { records: value.records.map(readLogLine), next: value.next };
  throw unreadable('a page of the log');
}

function unreadable(what: string): SignalboxError {
  return new SignalboxError('INTERNAL', `The runtime answered with something else than ${what}`, {
    hint: 'Use the signalbox of the version that runs',
  });
}
