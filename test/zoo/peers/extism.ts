import { readFile } from 'node:fs/promises';
import createPlugin from '@extism/extism';
import { peerLimits, tellEnd } from './peer.ts';

/**
 * Run as a process of its own: `extism.ts <module.wasm> <export>`. Extism for JavaScript 1.0 has no limit of memory, table, stack or
 * time; a worker keeps what a plugin does off the host's thread, and closing the plugin is how to end it.
 */
const [file = '', name = ''] = process.argv.slice(2);

await tellEnd(async () => {
  const wasm = new Uint8Array(await readFile(file));
  const plugin = await createPlugin({ wasm: [{ data: wasm }] }, { runInWorker: true, useWasi: false });
  const { promise: overdue, resolve } = Promise.withResolvers<string>();
  setTimeout(() => {
    void plugin.close().then(() => resolve('closed by the host at its deadline'));
  }, peerLimits.deadlineMs);
  return await Promise.race([plugin.call(name).then(() => 'returned'), overdue]);
});
