import { createEventReader } from '../../wire/event-reader.ts';
import { ApiProblem, type Client, problemIn } from '../api/client.ts';
import { type StreamEvent, streamEventOf, streamTopics } from './stream-event.ts';

/** How the page stands with the runtime. */
export type Link =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** It tries again by itself. */
  | { readonly state: 'lost'; readonly since: number; readonly reason: string }
  /** The token does not let it in. */
  | { readonly state: 'refused'; readonly reason: string };

const firstRetryMs = 250;
const maxRetryMs = 4_000;
/** The server beats every 15 seconds; a connection that is silent for longer than two beats is dead, whatever the browser thinks. */
const silenceMs = 35_000;

interface FollowInput {
  readonly client: Client;
  readonly signal: AbortSignal;
  /** What came in one piece, in order. */
  readonly receive: (events: readonly StreamEvent[]) => void;
  readonly tell: (link: Link) => void;
}

/**
 * Follows the events of a runtime until the signal aborts or the token is refused. A lost connection is opened again, behind
 * the last event that came. Fetch and not `EventSource`, which cannot send a bearer token.
 */
export async function followEvents({ client, signal, receive, tell }: FollowInput): Promise<void> {
  let lastId: string | undefined;
  let failures = 0;
  let lostSince: number | undefined;
  tell({ state: 'connecting' });
  while (!signal.aborted) {
    const silence = new AbortController();
    const watchdog = createWatchdog(() => silence.abort());
    try {
      const response = await client.open(
        `/events?topics=${streamTopics}`,
        lastId === undefined ? {} : { 'last-event-id': lastId },
        AbortSignal.any([signal, silence.signal]),
      );
      let arrived: StreamEvent[] = [];
      const read = createEventReader((received) => {
        const event = streamEventOf(received, lastId);
        lastId = received.id ?? lastId;
        if (event) arrived.push(event);
      });
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        watchdog.pet();
        read(decoder.decode(chunk, { stream: true }));
        if (arrived.length > 0) receive(arrived);
        arrived = [];
        if (failures > 0 || lostSince !== undefined) {
          failures = 0;
          lostSince = undefined;
        }
        tell({ state: 'live' });
      }
      throw new ApiProblem('The runtime closed the connection');
    } catch (thrown) {
      if (signal.aborted) return;
      const problem = problemIn(thrown);
      if (problem.status === 401 || problem.status === 403) {
        tell({ state: 'refused', reason: problem.message });
        return;
      }
      lostSince ??= Date.now();
      tell({
        state: 'lost',
        since: lostSince,
        reason: silence.signal.aborted ? 'The runtime went silent' : problem.message,
      });
    } finally {
      watchdog.stop();
    }
    await pause(Math.min(maxRetryMs, firstRetryMs * 2 ** failures), signal);
    failures += 1;
  }
}

function createWatchdog(bark: () => void) {
  let timer = setTimeout(bark, silenceMs);
  return {
    pet: () => {
      clearTimeout(timer);
      timer = setTimeout(bark, silenceMs);
    },
    stop: () => clearTimeout(timer),
  };
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
