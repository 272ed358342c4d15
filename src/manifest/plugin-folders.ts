/** The file that makes a folder a plugin. */
export const manifestName = 'plugin.toml';

/** How many levels of folders below the config file's own are searched for plugins: `plugins/waves/plugin.toml` is two down. */
export const searchedLevels = 2;

/** Whether a folder of this name may hold plugins: neither a hidden one nor the packages of npm, which are somebody else's. */
export function isSearchedFolder(name: string): boolean {
  return !name.startsWith('.') && name !== 'node_modules';
}
