import { lazy, Suspense } from 'react';
import type { PluginReport } from '../../wire/plugin-status.ts';
import { useLive } from '../live/live-context.ts';
import { ErrorNotice } from '../parts/error-notice.tsx';
import { PartBoundary } from '../parts/part-boundary.tsx';
import { Empty, Loading } from '../parts/remote-view.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { tierText } from '../parts/tier-text.ts';
import { clockText } from '../parts/times.ts';
import { PluginSwitch } from '../plugins/plugin-switch.tsx';
import { useCommand } from '../plugins/use-command.ts';
import { addressOf, type PluginTab, pluginTabs } from '../routing.ts';
import { LogTab } from './log-tab.tsx';
import { PermissionsTab } from './permissions-tab.tsx';
import { StatusTab } from './status-tab.tsx';

// With the libraries that draw them; the list of plugins is there without.
const MachineTab = lazy(async () => ({ default: (await import('./machine-tab.tsx')).MachineTab }));
const UsageTab = lazy(async () => ({ default: (await import('./usage-tab.tsx')).UsageTab }));
const ConfigTab = lazy(async () => ({ default: (await import('./config-tab.tsx')).ConfigTab }));

interface PluginPageProps {
  readonly id: string;
  readonly tab: PluginTab;
}

const titles: Readonly<Record<PluginTab, string>> = {
  machine: 'Statechart',
  log: 'Log',
  permissions: 'Permissions',
  usage: 'Usage',
  config: 'Config',
  status: 'Status',
};

export function PluginPage({ id, tab }: PluginPageProps) {
  const { board } = useLive();
  const plugin = board.plugins.get(id);
  if (!plugin) {
    if (board.phase === 'loading') return <Loading what="The plugin" />;
    return (
      <Empty>
        <h1>No plugin is called {id}</h1>
        <p>
          It may have been removed from the config. <a href={addressOf({ page: 'plugins' })}>All plugins</a>
        </p>
      </Empty>
    );
  }
  return (
    <div className="page">
      <PluginHead plugin={plugin} tab={tab} />
      <nav className="tabs" aria-label={`About ${id}`}>
        {pluginTabs.map((each) => (
          <a
            key={each}
            href={addressOf({ page: 'plugin', id, tab: each })}
            aria-current={each === tab ? 'page' : undefined}
          >
            {titles[each]}
          </a>
        ))}
      </nav>
      <PartBoundary key={tab}>
        <Suspense fallback={<Loading what={titles[tab]} />}>
          {/* Another runtime has another past. */}
          <Tab key={board.generation} plugin={plugin} tab={tab} />
        </Suspense>
      </PartBoundary>
    </div>
  );
}

function PluginHead({ plugin, tab }: { readonly plugin: PluginReport; readonly tab: PluginTab }) {
  const { id, version, since, error, degraded, message, cell, tier } = plugin;
  const [run, running] = useCommand(id);
  const { link } = useLive();
  const isIdle = running === undefined && link.state === 'live';
  const isConfigured = plugin.foundIn === undefined;
  const isWaiting = plugin.phase === 'pendingApproval';
  return (
    <header className="plugin-head">
      <p className="crumbs">
        <a href={addressOf({ page: 'plugins' })}>Plugins</a>
      </p>
      <div className="plugin-title">
        <h1>{id}</h1>
        <StateBadge plugin={plugin} />
        <div className="actions">
          {plugin.state === 'Error' && isConfigured && (
            <button
              type="button"
              className={isWaiting ? 'button' : 'button primary'}
              aria-disabled={!isIdle}
              onClick={() => isIdle && run('retry')}
            >
              Retry
            </button>
          )}
          {plugin.state !== 'Disabled' && isConfigured && (
            <button
              type="button"
              className="button"
              aria-disabled={!isIdle}
              onClick={() => isIdle && run('reload')}
            >
              Reload
            </button>
          )}
          <PluginSwitch plugin={plugin} />
        </div>
      </div>
      <p className="muted facts">
        {version !== undefined && <span>Version {version}</span>}
        <span>
          {plugin.state} since {clockText(since)}
        </span>
        {cell !== undefined && <span>Cell {cell}</span>}
        {tier !== undefined && <span>Confined: {tierText(tier)}</span>}
      </p>
      {error ? (
        <ErrorNotice error={error} isWarning={isWaiting}>
          {isWaiting && tab !== 'permissions' && (
            <a href={addressOf({ page: 'plugin', id, tab: 'permissions' })}>Decide on its permissions</a>
          )}
        </ErrorNotice>
      ) : degraded ? (
        <ErrorNotice error={degraded} isWarning />
      ) : (
        message !== undefined && <p className="plugin-says">{message}</p>
      )}
    </header>
  );
}

function Tab({ plugin, tab }: { readonly plugin: PluginReport; readonly tab: PluginTab }) {
  switch (tab) {
    case 'machine':
      return <MachineTab id={plugin.id} />;
    case 'log':
      return <LogTab id={plugin.id} />;
    case 'permissions':
      return <PermissionsTab plugin={plugin} />;
    case 'usage':
      return <UsageTab id={plugin.id} />;
    case 'config':
      return <ConfigTab plugin={plugin} />;
    case 'status':
      return <StatusTab plugin={plugin} />;
  }
}
