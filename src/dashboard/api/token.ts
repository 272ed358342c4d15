const storageKey = 'signalbox.token';

/**
 * The token of this tab: from the fragment of the address, which no server is sent, or as it was entered before. The fragment is
 * taken out of the address bar and the history at once.
 */
export function takeToken(): string | undefined {
  const found = new URLSearchParams(location.hash.replace(/^#\/?/, '')).get('token');
  if (found !== null) {
    keepToken(found);
    history.replaceState(null, '', `${location.pathname}#/`);
  }
  return sessionStorage.getItem(storageKey) ?? undefined;
}

export function keepToken(token: string): void {
  sessionStorage.setItem(storageKey, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(storageKey);
}
