import type { BatchLimits } from './batch.ts';

/** The `tick_ms` of plugin.toml. */
const tickMs = 100;

export interface Settings extends BatchLimits {
  readonly directories: readonly string[];
}

/** Reads the `config` table. @throws a plugin-error `invalid-config` */
export function readSettings(config: readonly { readonly key: string; readonly value: string }[]): Settings {
  const values = new Map(config.map(({ key, value }): [string, unknown] => [key, JSON.parse(value)]));
  const directories = values.get('directories');
  if (!isTexts(directories)) {
    throw invalid(
      `"directories" is ${JSON.stringify(directories) ?? 'missing'}, allowed is a list of texts: ["waves"]`,
    );
  }
  return {
    directories,
    maxChanges: wholeNumber('max_changes', values.get('max_changes') ?? 20, 1),
    maxTicks: Math.ceil(wholeNumber('max_wait_ms', values.get('max_wait_ms') ?? 1_000, tickMs) / tickMs),
  };
}

function isTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string' && part !== '')
  );
}

function wholeNumber(key: string, value: unknown, minimum: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= minimum) return value;
  throw invalid(`"${key}" is ${JSON.stringify(value)}, allowed is a whole number from ${minimum}`);
}

/** In the shape of the `plugin-error` of the WIT. */
function invalid(val: string) {
  return { tag: 'invalid-config', val };
}
