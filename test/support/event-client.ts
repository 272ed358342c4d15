import type { Admin } from '../../src/admin/start-admin.ts';
import { createEventReader, type ReceivedEvent } from '../../src/wire/event-reader.ts';

/** An event stream that is read as fast as it comes. */
export interface EventClient {
  /** Kept unless somebody else receives them. */
  readonly events: readonly ReceivedEvent[];
  readonly status: number;
  /** Resolves when either side has ended it. */
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

export async function openEvents(
  { address, prefix }: Admin,
  token: string,
  query: string,
  options: { readonly lastEventId?: string; readonly receive?: (event: ReceivedEvent) => void } = {},
): Promise<EventClient> {
  const { lastEventId, receive } = options;
  const aborting = new AbortController();
  const events: ReceivedEvent[] = [];
  const response = await fetch(`${address}${prefix}/events?${query}`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    signal: aborting.signal,
  });
  const read = createEventReader(receive ?? ((event) => events.push(event)));
  const decoder = new TextDecoder();
  const ended = (async () => {
    for await (const chunk of response.body ?? []) read(decoder.decode(chunk, { stream: true }));
  })();
  // Whoever ends the stream, what was received is what counts.
  const settled = Promise.allSettled([ended]);
  return {
    events,
    status: response.status,
    ended: settled,
    close: async () => {
      aborting.abort();
      await settled;
    },
  };
}
