/**
 * The interface over which the virtual WASI in a cell speaks with its broker: what an instance starts with, waiting, and
 * denials for the audit. No guest can import it.
 */
export const wasiSupport = 'signalbox:sandbox/wasi';

/** True for an interface that the virtual WASI stands for, whichever its version. */
export function isWasi(interfaceName: string): boolean {
  return interfaceName.startsWith('wasi:');
}

/** The interfaces of WASI 0.2 the virtual WASI has, without version. */
export const wasiInterfaces: readonly string[] = [
  'wasi:cli/environment',
  'wasi:cli/exit',
  'wasi:cli/stdin',
  'wasi:cli/stdout',
  'wasi:cli/stderr',
  'wasi:cli/terminal-input',
  'wasi:cli/terminal-output',
  'wasi:cli/terminal-stdin',
  'wasi:cli/terminal-stdout',
  'wasi:cli/terminal-stderr',
  'wasi:clocks/monotonic-clock',
  'wasi:clocks/wall-clock',
  'wasi:filesystem/preopens',
  'wasi:filesystem/types',
  'wasi:http/outgoing-handler',
  'wasi:http/types',
  'wasi:io/error',
  'wasi:io/poll',
  'wasi:io/streams',
  'wasi:random/insecure',
  'wasi:random/insecure-seed',
  'wasi:random/random',
  'wasi:sockets/instance-network',
  'wasi:sockets/ip-name-lookup',
  'wasi:sockets/network',
  'wasi:sockets/tcp',
  'wasi:sockets/tcp-create-socket',
  'wasi:sockets/udp',
  'wasi:sockets/udp-create-socket',
];
