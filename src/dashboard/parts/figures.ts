const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export function wholeText(value: number): string {
  return whole.format(value);
}

/** `1.2K` */
export function shortText(value: number): string {
  return Math.abs(value) < 10 ? fine.format(value) : short.format(value);
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function bytesText(bytes: number): string {
  let value = bytes;
  let unit: (typeof byteUnits)[number] = 'B';
  for (const next of byteUnits.slice(1)) {
    if (Math.abs(value) < 1_024) break;
    value /= 1_024;
    unit = next;
  }
  return `${fine.format(value)} ${unit}`;
}

export function millisecondsText(durationMs: number): string {
  if (durationMs >= 1_000) return `${fine.format(durationMs / 1_000)} s`;
  return durationMs > 0 && durationMs < 1
    ? `${fine.format(durationMs * 1_000)} µs`
    : `${fine.format(durationMs)} ms`;
}

/** A limit in its unit, which its name ends in. */
export function limitText(name: string, value: number): string {
  if (name.endsWith('_bytes')) return bytesText(value);
  if (name.endsWith('_ms')) return millisecondsText(value);
  return wholeText(value);
}
