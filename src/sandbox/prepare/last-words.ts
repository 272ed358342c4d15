import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { printable } from '../../core/printable.ts';

const maxKeptChars = 4_096;
const maxLines = 20;
const maxLineChars = 200;

/** The end of what a child writes to its standard error: attackers' text, once it has seen a component. */
export class LastWords {
  #text = '';

  constructor(stream: Readable | null) {
    // A child that waits must not keep the host alive.
    if (stream instanceof Socket) stream.unref();
    stream?.setEncoding('utf8').on('data', (text: string) => {
      this.#text = (this.#text + text).slice(-maxKeptChars);
    });
  }

  /** Escaped and bounded. */
  get lines(): readonly string[] {
    return this.#text
      .split('\n')
      .map((line) => printable(line.trimEnd()).slice(0, maxLineChars))
      .filter((line) => line !== '')
      .slice(-maxLines);
  }
}

/** The line that says it best: an error's own, else the first. */
export function causeIn(lines: readonly string[]): string | undefined {
  return (
    lines.find((line) => /^(FATAL ERROR|[A-Za-z]*Error)\b.*: /.test(line.replace(/^#\s*/, ''))) ?? lines[0]
  );
}
