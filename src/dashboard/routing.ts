export const pluginTabs = ['machine', 'log', 'permissions', 'usage', 'config', 'status'] as const;
export type PluginTab = (typeof pluginTabs)[number];

export const journalTabs = ['lifecycles', 'audit'] as const;
export type JournalTab = (typeof journalTabs)[number];

/** What the address says is shown. */
export type Place =
  | { readonly page: 'plugins' }
  | { readonly page: 'plugin'; readonly id: string; readonly tab: PluginTab }
  | { readonly page: 'system' }
  | { readonly page: 'journal'; readonly tab: JournalTab }
  | { readonly page: 'unknown' };

/** @param hash `#/plugins/waves.scanner/log` */
export function placeOf(hash: string): Place {
  const [first = '', second, third, ...rest] = hash.replace(/^#\/?/, '').split('/').map(decoded);
  if (rest.length > 0) return { page: 'unknown' };
  if (first === '' || (first === 'plugins' && !second)) return { page: 'plugins' };
  if (first === 'system') return second ? { page: 'unknown' } : { page: 'system' };
  if (first === 'journal') {
    const tab = third ? undefined : journalTabs.find((each) => each === (second ?? 'lifecycles'));
    return tab ? { page: 'journal', tab } : { page: 'unknown' };
  }
  if (first !== 'plugins' || !second) return { page: 'unknown' };
  const tab = pluginTabs.find((each) => each === (third ?? 'machine'));
  return tab ? { page: 'plugin', id: second, tab } : { page: 'unknown' };
}

export function addressOf(place: Exclude<Place, { readonly page: 'unknown' }>): string {
  switch (place.page) {
    case 'plugins':
      return '#/';
    case 'plugin':
      return `#/plugins/${encodeURIComponent(place.id)}${place.tab === 'machine' ? '' : `/${place.tab}`}`;
    case 'system':
      return '#/system';
    case 'journal':
      return place.tab === 'lifecycles' ? '#/journal' : `#/journal/${place.tab}`;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}
