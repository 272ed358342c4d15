import { isWasi, wasiSupport } from '../core/wasi.ts';

const log = ['signalbox:plugin/log'];
const files = ['signalbox:plugin/filesystem'];
const http = ['signalbox:plugin/http'];

/** The capabilities of ours that interfaces of WASI are made of. Importing one grants nothing: its uses are decided call by call. */
const needs: Readonly<Record<string, readonly string[]>> = {
  'wasi:cli/stdout': log,
  'wasi:cli/stderr': log,
  'wasi:filesystem/preopens': files,
  'wasi:filesystem/types': files,
  'wasi:http/outgoing-handler': http,
  'wasi:http/types': http,
  'wasi:cli/stdout@0.3': log,
  'wasi:cli/stderr@0.3': log,
  'wasi:filesystem/preopens@0.3': files,
  'wasi:filesystem/types@0.3': files,
  'wasi:http/client@0.3': http,
  'wasi:http/types@0.3': http,
};

/** The capabilities to wire for these imports: each that is no WASI, and what of the host the virtual WASI needs for the others. */
export function wiredInterfaces(imports: readonly string[]): readonly string[] {
  const wired = imports.flatMap((name) => (isWasi(name) ? [wasiSupport, ...(needs[name] ?? [])] : name));
  return [...new Set(wired)];
}
