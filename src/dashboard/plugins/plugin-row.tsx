import { memo } from 'react';
import type { PluginReport } from '../../wire/plugin-status.ts';
import type { LogLine } from '../../wire/records.ts';
import { StateBadge } from '../parts/state-badge.tsx';
import { clockText } from '../parts/times.ts';
import { addressOf } from '../routing.ts';
import { messageOf } from './plugin-filter.ts';
import { PluginSwitch } from './plugin-switch.tsx';

interface PluginRowProps {
  readonly plugin: PluginReport;
  readonly line: LogLine | undefined;
  /** Its place in a list of `count`, of which only those in sight are drawn. */
  readonly at: number;
  readonly count: number;
}

/** Drawn anew only when its own plugin changed: there may be a thousand. */
export const PluginRow = memo(function PluginRow({ plugin, line, at, count }: PluginRowProps) {
  return (
    <li
      className="plugin-row"
      aria-posinset={at + 1}
      aria-setsize={count}
      data-plugin={plugin.id}
      style={{ top: `calc(var(--row) * ${at})` }}
    >
      <a className="plugin-name" href={addressOf({ page: 'plugin', id: plugin.id, tab: 'machine' })}>
        {plugin.id}
      </a>
      <StateBadge plugin={plugin} />
      <span className="plugin-message" title={messageOf(plugin, line)}>
        {messageOf(plugin, line)}
      </span>
      <span className="plugin-version">{plugin.version}</span>
      <time className="plugin-since" dateTime={new Date(plugin.since).toISOString()}>
        {clockText(plugin.since)}
      </time>
      <PluginSwitch plugin={plugin} />
    </li>
  );
});
