import type { ConfigData } from '../src/ports/capabilities.ts';

/** The `config` table of an entry as `init` and `config-updated` carry it: values as JSON text, in file order. */
export function toConfigData(config: Readonly<Record<string, unknown>>): ConfigData {
  return Object.entries(config).map(([key, value]) => ({ key, value: JSON.stringify(value) }));
}
