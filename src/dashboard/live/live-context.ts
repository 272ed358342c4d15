import { createContext, useContext, useSyncExternalStore } from 'react';
import { createClient } from '../api/client.ts';
import { createLiveClient, type Live, type LiveClient } from './live-client.ts';

/** Never the default: everything that uses it stands below a session. */
export const LiveContext = createContext<LiveClient>(createLiveClient(createClient('', '')));

export function useLiveClient(): LiveClient {
  return useContext(LiveContext);
}

/** Whether what the page shows is so now. Whoever wants to know no more is not drawn anew with each event. */
export function useIsLive(): boolean {
  const { subscribe, snapshot } = useLiveClient();
  return useSyncExternalStore(subscribe, () => snapshot().link.state === 'live');
}

/** Everything known, anew with each change. */
export function useLive(): Live {
  const { subscribe, snapshot } = useLiveClient();
  return useSyncExternalStore(subscribe, snapshot);
}
