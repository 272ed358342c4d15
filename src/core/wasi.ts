/**
 * The interface over which the virtual WASI in a cell speaks with its broker: what an instance starts with, waiting, and
 * denials for the audit. No guest can import it.
 */
export const wasiSupport = 'signalbox:sandbox/wasi';

/** True for an interface that the virtual WASI stands for, whichever its version. */
export function isWasi(interfaceName: string): boolean {
  return interfaceName.startsWith('wasi:');
}

/**
 * Under what name the virtual WASI has an interface: 0.2 goes without version, `wasi:cli/stdin`, and 0.3 with the part of it that
 * breaks, `wasi:cli/stdin@0.3`. Programs of 0.3 import both.
 */
export function wasiName(name: string): string {
  const [bare = name, version = ''] = name.split('@');
  return version.startsWith('0.3.') ? `${bare}@0.3` : bare;
}

/** The interfaces the virtual WASI has. */
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
  ...[
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
    'wasi:cli/types',
    'wasi:clocks/monotonic-clock',
    'wasi:clocks/system-clock',
    'wasi:clocks/types',
    'wasi:filesystem/preopens',
    'wasi:filesystem/types',
    'wasi:http/client',
    'wasi:http/types',
    'wasi:random/insecure',
    'wasi:random/insecure-seed',
    'wasi:random/random',
    'wasi:sockets/ip-name-lookup',
    'wasi:sockets/types',
  ].map((name) => `${name}@0.3`),
];
