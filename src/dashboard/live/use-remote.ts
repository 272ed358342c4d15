import { useEffect, useState } from 'react';
import type { ApiProblem, Client } from '../api/client.ts';
import { problemIn } from '../api/client.ts';
import { useLive, useLiveClient } from './live-context.ts';

/** Something asked of the API. */
export type Remote<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly problem: ApiProblem }
  | { readonly state: 'ready'; readonly value: Value };

interface RemoteOptions {
  /** Asks again this often. */
  readonly everyMs?: number;
  /** Asks again when it changes, and shows what is there meanwhile. */
  readonly mark?: unknown;
}

/**
 * Asks the API, and again when the runtime was restarted: what another process said is not shown any more.
 *
 * @param key what is asked for; with another one the answer of before is forgotten
 */
export function useRemote<Value>(
  key: string,
  load: (client: Client, signal: AbortSignal) => Promise<Value>,
  { everyMs, mark }: RemoteOptions = {},
): Remote<Value> {
  const { client } = useLiveClient();
  const { board, link } = useLive();
  const subject = `${board.generation} ${key}`;
  const [answer, setAnswer] = useState<{ readonly subject: string; readonly remote: Remote<Value> }>();
  const isLive = link.state === 'live';

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for what `load` asks, `mark` for when
  useEffect(() => {
    if (!isLive) return;
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      let remote: Remote<Value>;
      try {
        remote = { state: 'ready', value: await load(client, ending.signal) };
      } catch (thrown) {
        remote = { state: 'failed', problem: problemIn(thrown) };
      }
      if (ending.signal.aborted) return;
      setAnswer({ subject, remote });
      if (everyMs !== undefined) timer = setTimeout(() => void ask(), everyMs);
    };
    void ask();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [client, subject, isLive, everyMs, mark]);

  return answer?.subject === subject ? answer.remote : { state: 'loading' };
}
