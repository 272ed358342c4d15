import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type Wired } from './wired.ts';

export const all = (scope: string) => ['list', 'metadata', 'read'].map((action) => `fs:${action}:${scope}`);
export const limits = { fs_ops_per_second: 1_000_000 };

export const inaccessible = (permission: string) => ({
  outcome: 'refused',
  error: { tag: 'inaccessible', val: { permission, rule: 'Not granted, or not there' } },
});

/** A folder `waves` with a few files, and a `secret` beside it. */
export async function sampleFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, 'waves/deep/er'), { recursive: true });
  await mkdir(join(folder.path, 'outside'));
  await writeFile(join(folder.path, 'waves/a.vcd'), 'hello waves');
  await writeFile(join(folder.path, 'waves/deep/er/b c.fst'), 'deep');
  await writeFile(join(folder.path, 'outside/secret'), 'secret');
  return folder;
}

export async function readText(box: Wired, path: string, offset = 0n, length = 1_000): Promise<unknown> {
  const reply = await box.call('filesystem.read', path, offset, length);
  return reply.outcome === 'returned' && reply.value instanceof Uint8Array
    ? Buffer.from(reply.value).toString()
    : reply;
}
