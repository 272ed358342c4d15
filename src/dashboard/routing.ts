export const pluginTabs = ['machine', 'log', 'permissions', 'usage', 'config', 'status'] as const;
export type PluginTab = (typeof pluginTabs)[number];

/** What the address says is shown. */
export type Place =
  | { readonly page: 'plugins' }
  | { readonly page: 'plugin'; readonly id: string; readonly tab: PluginTab }
  | { readonly page: 'system' }
  | { readonly page: 'journal' }
  | { readonly page: 'unknown' };

/** @param hash `#/plugins/waves.scanner/log` */
export function placeOf(hash: string): Place {
  const [first = '', second, third, ...rest] = hash.replace(/^#\/?/, '').split('/').map(decoded);
  if (rest.length > 0) return { page: 'unknown' };
  if (first === '' || (first === 'plugins' && !second)) return { page: 'plugins' };
  if (first === 'system' || first === 'journal') return second ? { page: 'unknown' } : { page: first };
  if (first !== 'plugins' || !second) return { page: 'unknown' };
  const tab = pluginTabs.find((each) => each === (third ?? 'machine'));
  return tab ? { page: 'plugin', id: second, tab } : { page: 'unknown' };
}

export function addressOf(place: Exclude<Place, { readonly page: 'unknown' }>): string {
  if (place.page !== 'plugin') return place.page === 'plugins' ? '#/' : `#/${place.page}`;
  const tab = place.tab === 'machine' ? '' : `/${place.tab}`;
  return `#/plugins/${encodeURIComponent(place.id)}${tab}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}
