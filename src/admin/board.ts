import type { ConfigReplay } from '../../relays/config-replay.ts';
import { loadingBoard, type StatusBoard } from '../../relays/plugin-status.ts';
import type { Runtime } from '../options.ts';
import { configNews } from './record-runtime.ts';

/** Everything a client that knows nothing needs before it can follow the events. */
export function readBoard({ relays, actors }: Runtime) {
  let board: StatusBoard = loadingBoard;
  let replay: ConfigReplay = { phase: 'loading' };
  // State relays tell the latest value at once.
  relays.pluginStatus
    .subscribe((value) => {
      board = value;
    })
    .unsubscribe();
  relays.pluginsConfigReplay
    .subscribe((value) => {
      replay = value;
    })
    .unsubscribe();
  return {
    phase: board.phase,
    plugins: [...board.plugins.values()],
    discoveryProblems: board.discoveryProblems ?? [],
    config: configNews(replay),
    actors: actors(),
  };
}
