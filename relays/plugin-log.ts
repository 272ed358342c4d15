import type { PluginId } from '../src/core/ids.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One line a plugin logged. Control characters are escaped. */
export interface PluginLogLine {
  readonly plugin: PluginId;
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Lines dropped before this one because the plugin logged too fast. */
  readonly dropped?: number;
}
