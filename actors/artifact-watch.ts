import { fromCallback } from 'xstate';
import type { ActorPorts } from './ports.ts';

/** Which absolute paths to watch from now on; none ends the watch. */
export interface WatchCommand {
  readonly type: 'watch.set';
  readonly paths: readonly string[];
}

/** Tells the plugin `artifact.changed` when one of the watched paths does. Holds the watch; gone with the actor. */
export function artifactWatch({
  fileWatcher,
  artifactDebounceMs,
}: Pick<ActorPorts, 'fileWatcher' | 'artifactDebounceMs'>) {
  return fromCallback<WatchCommand>(({ sendBack, receive }) => {
    let watched: readonly string[] = [];
    let watch: AsyncDisposable | undefined;
    const end = (ended: AsyncDisposable | undefined) => void ended?.[Symbol.asyncDispose]();

    receive(({ paths }) => {
      const wanted = [...new Set(paths)].sort();
      if (wanted.length === watched.length && wanted.every((path, index) => path === watched[index])) return;
      watched = wanted;
      const before = watch;
      watch =
        wanted.length === 0
          ? undefined
          : fileWatcher.watch({
              paths: wanted,
              debounceMs: artifactDebounceMs,
              onChange: () => sendBack({ type: 'artifact.changed' }),
              onError: (error) => sendBack({ type: 'artifact.unwatchable', error }),
            });
      end(before);
    });
    return () => end(watch);
  });
}
