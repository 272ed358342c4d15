import type { WasiHost } from './wasi-host.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
/** A line this long is cut; the log takes no longer ones. */
const maxLineBytes = 8 * 1024;
/** Of the message around a line. */
const envelopeBytes = 256;

type Field = { readonly key: string; readonly value: string };

/**
 * The way of an instance's stdout and stderr into the plugin's log, at the log's own rate: lines beyond it never leave the cell, as
 * those do not for which the broker has no room, and the next one says how many they were.
 */
export class LogLines {
  readonly #host: WasiHost;
  readonly #perSecond: number;
  #tokens: number;
  #refilledAt = performance.now();
  #dropped = 0;

  constructor(host: WasiHost, perSecond: number) {
    this.#host = host;
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
  }

  get maxBytes(): number {
    return Math.min(maxLineBytes, this.#host.maxBytes - envelopeBytes);
  }

  write(level: 'info' | 'warn', line: string): void {
    const now = performance.now();
    this.#tokens = Math.min(
      this.#perSecond,
      this.#tokens + ((now - this.#refilledAt) * this.#perSecond) / 1_000,
    );
    this.#refilledAt = now;
    if (this.#tokens < 1 || this.#host.isBehind) {
      this.#dropped += 1;
      return;
    }
    this.#tokens -= 1;
    const fields: Field[] = this.#dropped > 0 ? [{ key: 'dropped', value: String(this.#dropped) }] : [];
    this.#dropped = 0;
    this.#host.tell('signalbox:plugin/log', 'log', [level, line, fields]);
  }
}

/** Bytes of one stream, cut into lines. */
export class LineSplitter {
  readonly #lines: LogLines;
  readonly #level: 'info' | 'warn';
  #partial = new Uint8Array(0);

  constructor(lines: LogLines, level: 'info' | 'warn') {
    this.#lines = lines;
    this.#level = level;
  }

  write(bytes: Uint8Array): void {
    let rest = Buffer.concat([this.#partial, bytes]);
    for (;;) {
      const end = rest.indexOf(newline);
      if (end !== -1 && end <= this.#lines.maxBytes) {
        this.#emit(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
      } else if (rest.length > this.#lines.maxBytes) {
        const cut = characterStart(rest, this.#lines.maxBytes);
        this.#emit(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      } else {
        this.#partial = Uint8Array.from(rest);
        return;
      }
    }
  }

  /** What has no newline yet is a line too, once nothing follows. */
  end(): void {
    if (this.#partial.length > 0) this.#emit(this.#partial);
    this.#partial = new Uint8Array(0);
  }

  #emit(line: Uint8Array): void {
    const text = line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
    this.#lines.write(this.#level, new TextDecoder().decode(text));
  }
}

/** The last place at or before `at` where a character of UTF-8 begins. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > at - 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}
