/**
 * The interface over which the virtual WASI in a cell speaks with its broker: what an instance starts with, waiting, and
 * denials for the audit. No guest can import it.
 */
export const wasiSupport = 'signalbox:sandbox/wasi';

/** True for an interface that the virtual WASI stands for, whichever its version. */
export function isWasi(interfaceName: string): boolean {
  return interfaceName.startsWith('wasi:');
}
