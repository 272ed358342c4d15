import { type WaveformKind, waveformKinds } from './waveform.ts';

export interface Settings {
  readonly directories: readonly string[];
  readonly extensions: readonly WaveformKind[];
  readonly debounceMs: number;
}

/** Reads the `config` table. @throws a plugin-error `invalid-config` */
export function readSettings(config: readonly { readonly key: string; readonly value: string }[]): Settings {
  const values = new Map(config.map(({ key, value }): [string, unknown] => [key, JSON.parse(value)]));
  return {
    directories: textsOf('directories', values.get('directories')).map((path) =>
      path.replace(/(?<=.)\/+$/, ''),
    ),
    extensions: textsOf('extensions', values.get('extensions') ?? waveformKinds).map(readExtension),
    debounceMs: readDebounce(values.get('debounce_ms') ?? 250),
  };
}

function textsOf(key: string, value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.length > 0;
  if (isList && value.every((part) => typeof part === 'string' && part !== '')) return value;
  throw invalid(`"${key}" is ${shown(value)}, allowed is a list of texts: ["waves"]`);
}

function readExtension(text: string): WaveformKind {
  const kind = waveformKinds.find((known) => known === text.replace(/^\./, '').toLowerCase());
  if (kind) return kind;
  throw invalid(`"extensions" has ${shown(text)}, allowed are ${waveformKinds.map(shown).join(', ')}`);
}

function readDebounce(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 50 && value <= 60_000) return value;
  throw invalid(`"debounce_ms" is ${shown(value)}, allowed is a whole number from 50 to 60000`);
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}

/** In the shape of the `plugin-error` of the WIT. */
function invalid(val: string) {
  return { tag: 'invalid-config', val };
}
