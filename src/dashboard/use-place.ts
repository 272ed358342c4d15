import { useSyncExternalStore } from 'react';
import { type Place, placeOf } from './routing.ts';

/** Where the address bar says we are. */
export function usePlace(): Place {
  const hash = useSyncExternalStore(
    (changed) => {
      globalThis.addEventListener('hashchange', changed);
      return () => globalThis.removeEventListener('hashchange', changed);
    },
    () => globalThis.location.hash,
  );
  return placeOf(hash);
}
