import type { PluginReport } from '../../wire/plugin-status.ts';

/** What is drawn beside a state; each differs from the others in shape. */
export type Sign = 'ready' | 'degraded' | 'loading' | 'waiting' | 'error' | 'disabled' | 'found';

export function signOf({ state, phase, degraded, foundIn }: PluginReport): Sign {
  switch (state) {
    case 'Ready':
      return degraded ? 'degraded' : 'ready';
    case 'Loading':
      return 'loading';
    case 'Error':
      return phase === 'pendingApproval' ? 'waiting' : 'error';
    case 'Disabled':
      return foundIn === undefined ? 'disabled' : 'found';
  }
}
