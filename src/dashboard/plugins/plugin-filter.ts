import type { PluginReport, PluginState } from '../../wire/plugin-status.ts';
import type { LogLine } from '../../wire/records.ts';

export interface PluginFilter {
  /** Words that must all occur in what a row shows. */
  readonly text: string;
  readonly state: PluginState | undefined;
}

/** What a row of the list says last: why it failed, or what it logged, or what its status says. */
export function messageOf(
  { error, degraded, message, state }: PluginReport,
  line: LogLine | undefined,
): string {
  if (error) return error.message;
  if (degraded) return message ?? degraded.message;
  if (state === 'Ready' && line) return line.message;
  return message ?? '';
}

export function filteredPlugins(
  plugins: Iterable<PluginReport>,
  latest: ReadonlyMap<string, LogLine>,
  { text, state }: PluginFilter,
): readonly PluginReport[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return [...plugins].filter((plugin) => {
    if (state !== undefined && plugin.state !== state) return false;
    if (words.length === 0) return true;
    const shown = [
      plugin.id,
      plugin.state,
      plugin.phase,
      plugin.version,
      messageOf(plugin, latest.get(plugin.id)),
    ];
    const haystack = shown.join(' ').toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}

export function countByState(plugins: Iterable<PluginReport>): ReadonlyMap<PluginState, number> {
  const counts = new Map<PluginState, number>();
  for (const { state } of plugins) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
