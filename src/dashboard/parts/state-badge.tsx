import type { PluginReport } from '../../wire/plugin-status.ts';
import { signOf } from './signs.ts';
import { StateSign } from './state-sign.tsx';

/** State, phase and shape: never colour alone. */
export function StateBadge({ plugin }: { readonly plugin: PluginReport }) {
  const sign = signOf(plugin);
  return (
    <span className={`badge sign-${sign}`}>
      <StateSign sign={sign} />
      <span className="badge-state">{plugin.state}</span>
      {plugin.phase !== undefined && <span className="badge-phase">{plugin.phase}</span>}
      {plugin.degraded && <span className="badge-phase">degraded</span>}
    </span>
  );
}
