import type { PluginState, PluginStatus } from '../relays/plugin-status.ts';
import type { PluginContext } from './plugin-context.ts';

/** Where in its machine a plugin is. */
export interface Whereabouts {
  readonly state: PluginState;
  readonly phase?: string;
}

/** What the world is told of a plugin. Pure. */
export function statusOf(context: PluginContext, { state, phase }: Whereabouts): PluginStatus {
  const { id, since, serving, candidate, error, degraded } = context;
  const artifact = serving?.plan.artifact ?? candidate?.artifact;
  const message = messageOf(context, state);
  return {
    id,
    state,
    since,
    ...(phase !== undefined && { phase }),
    ...(message !== undefined && { message }),
    ...(state === 'Error' && error && { error }),
    ...(state === 'Ready' && degraded && { degraded: degraded.error }),
    ...(artifact?.isDeclared && { version: artifact.manifest.version }),
    ...(artifact && { digest: artifact.digest }),
    ...(serving && { cell: serving.cell, tier: serving.tier }),
  };
}

/** Where a plugin is while it goes through a step of loading: a reload leaves it Ready. */
export function stepOf({ serving, reason }: PluginContext, step: string): Whereabouts {
  if (serving === undefined) return { state: 'Loading', phase: step };
  // Until it is known to be another artifact there is nothing to tell.
  const isCheck = reason === 'artifact' && (step === 'verifying' || step === 'resolving');
  return isCheck ? { state: 'Ready' } : { state: 'Ready', phase: 'reloading' };
}

/** True when telling `next` after `last` would tell nothing. */
export function isSameStatus(last: PluginStatus | undefined, next: PluginStatus): boolean {
  if (last === undefined) return false;
  const keys = new Set([...Object.keys(last), ...Object.keys(next)]) as Set<keyof PluginStatus>;
  return [...keys].every((key) => last[key] === next[key]);
}

function messageOf(
  { message, error, degraded, serving }: PluginContext,
  state: PluginState,
): string | undefined {
  switch (state) {
    case 'Error':
      return error?.message;
    case 'Ready':
      if (degraded?.by === 'config') return `Still runs with its old config: ${degraded.error.message}`;
      if (degraded)
        return `Still runs version ${serving?.plan.artifact.manifest.version}: ${degraded.error.message}`;
      return message;
    case 'Loading':
    case 'Disabled':
      return message;
  }
}
