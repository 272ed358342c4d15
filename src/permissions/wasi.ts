import { isWasi, wasiSupport } from '../core/wasi.ts';

const log = ['signalbox:plugin/log'];
const files = ['signalbox:plugin/filesystem'];
const http = ['signalbox:plugin/http'];

/** The interfaces of WASI 0.2, and the capabilities of ours each is made of. Importing one grants nothing: its uses are decided call by call. */
const needs: Readonly<Record<string, readonly string[]>> = {
  'wasi:cli/environment': [],
  'wasi:cli/exit': [],
  'wasi:cli/stdin': [],
  'wasi:cli/stdout': log,
  'wasi:cli/stderr': log,
  'wasi:cli/terminal-input': [],
  'wasi:cli/terminal-output': [],
  'wasi:cli/terminal-stdin': [],
  'wasi:cli/terminal-stdout': [],
  'wasi:cli/terminal-stderr': [],
  'wasi:clocks/monotonic-clock': [],
  'wasi:clocks/wall-clock': [],
  'wasi:filesystem/preopens': files,
  'wasi:filesystem/types': files,
  'wasi:http/outgoing-handler': http,
  'wasi:http/types': http,
  'wasi:io/error': [],
  'wasi:io/poll': [],
  'wasi:io/streams': [],
  'wasi:random/insecure': [],
  'wasi:random/insecure-seed': [],
  'wasi:random/random': [],
  'wasi:sockets/instance-network': [],
  'wasi:sockets/ip-name-lookup': [],
  'wasi:sockets/network': [],
  'wasi:sockets/tcp': [],
  'wasi:sockets/tcp-create-socket': [],
  'wasi:sockets/udp': [],
  'wasi:sockets/udp-create-socket': [],
};

/** The interfaces of WASI the host offers, without version. */
export const wasiInterfaces: readonly string[] = Object.keys(needs);

/** The capabilities to wire for these imports: each that is no WASI, and what of the host the virtual WASI needs for the others. */
export function wiredInterfaces(imports: readonly string[]): readonly string[] {
  const wired = imports.flatMap((name) => (isWasi(name) ? [wasiSupport, ...(needs[name] ?? [])] : name));
  return [...new Set(wired)];
}
