import { filter, firstValueFrom, fromEvent, map, merge, type Observable, of } from 'rxjs';
import type { PluginStatus, StatusBoard } from '../relays/plugin-status.ts';
import { SignalboxError } from './core/errors.ts';
import type { PluginId } from './core/ids.ts';

/** The first board, the current one included, that `isReached`. Rejects with the signal's reason. */
export function nextBoard(
  status$: Observable<StatusBoard>,
  isReached: (board: StatusBoard) => boolean,
  signal: AbortSignal,
): Promise<StatusBoard> {
  const aborted$ = merge(signal.aborted ? of(undefined) : [], fromEvent(signal, 'abort')).pipe(
    map((): StatusBoard => {
      throw signal.reason;
    }),
  );
  return firstValueFrom(merge(aborted$, status$.pipe(filter(isReached))));
}

/** The status in which a plugin is neither on its way to a state nor between two versions. @throws `PLUGIN_UNKNOWN` when it goes meanwhile */
export async function decidedStatus(
  status$: Observable<StatusBoard>,
  id: PluginId,
  signal: AbortSignal,
): Promise<PluginStatus> {
  const { plugins } = await nextBoard(status$, (board) => isDecided(board.plugins.get(id)), signal);
  const status = plugins.get(id);
  if (status) return status;
  throw new SignalboxError('PLUGIN_UNKNOWN', `Plugin "${id}" was removed from the config meanwhile`);
}

function isDecided(status: PluginStatus | undefined): boolean {
  return status === undefined || (status.state !== 'Loading' && status.phase !== 'reloading');
}
