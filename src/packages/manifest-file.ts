import type { Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { SignalboxError } from '../core/errors.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { maxManifestBytes, parseManifest } from '../manifest/parse.ts';

/** Reads a `plugin.toml` that is not over its size. @throws `MANIFEST_INVALID` */
export async function readManifest(file: string, { size }: Stats): Promise<Manifest> {
  if (size > maxManifestBytes) {
    const found = `it has ${size} bytes, ${maxManifestBytes} are allowed`;
    throw new SignalboxError('MANIFEST_INVALID', `Manifest "${file}" is not valid: ${found}`);
  }
  return parseManifest(await readFile(file, 'utf8'), file);
}
