import type { Transport } from '../../../src/sandbox/protocol/transport.ts';

/** Two ends of a wire in memory; what one sends the other has at once. */
export function wire(): readonly [Transport, Transport] {
  const listeners: ((bytes: Uint8Array) => void)[][] = [[], []];
  const end = (own: number, other: number): Transport => ({
    send: (bytes) => {
      for (const listener of listeners[other] ?? []) listener(bytes);
    },
    onBytes: (listener) => {
      listeners[own]?.push(listener);
    },
    onClose: () => {},
    close: () => {},
  });
  return [end(0, 1), end(1, 0)];
}
