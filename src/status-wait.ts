import { filter, firstValueFrom, fromEvent, map, merge, type Observable, of } from 'rxjs';
import type { StatusBoard } from '../relays/plugin-status.ts';

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
