/** The `config-data` of `wit/`: values are JSON text. */
export type ConfigData = readonly { readonly key: string; readonly value: string }[];

/** The `config` table of an entry as `init`, `config-updated` and `config.get` carry it, in file order. */
export function toConfigData(config: Readonly<Record<string, unknown>>): ConfigData {
  return Object.entries(config).map(([key, value]) => ({ key, value: JSON.stringify(value) }));
}
