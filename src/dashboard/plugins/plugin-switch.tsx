import type { PluginReport } from '../../wire/plugin-status.ts';
import { useIsLive } from '../live/live-context.ts';
import { useCommand } from './use-command.ts';

/** Turns a plugin on or off in the config file. */
export function PluginSwitch({ plugin }: { readonly plugin: PluginReport }) {
  const [run, running] = useCommand(plugin.id);
  const isLive = useIsLive();
  const isOn = plugin.state !== 'Disabled';
  const isIdle = running === undefined && isLive;
  return (
    <button
      type="button"
      role="switch"
      className="switch"
      aria-checked={running === 'enable' || (running !== 'disable' && isOn)}
      aria-label={`${plugin.id} enabled`}
      aria-busy={running !== undefined}
      // What is `disabled` loses the focus, and keys would begin at the top of the page again.
      aria-disabled={!isIdle}
      onClick={() => isIdle && run(isOn ? 'disable' : 'enable')}
    >
      <span className="switch-knob" />
    </button>
  );
}
