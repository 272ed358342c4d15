import { type FileHandle, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignalboxError } from '../../src/core/errors.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { openConfigFile } from '../../src/store/config-file.ts';
import { openDatabase } from '../../src/store/database.ts';
import { insertPair, readPairs } from './pair-rows.ts';
import { unwatched } from './unwatched.ts';

/**
 * Saves a config and fills a database while something runs out, and tells as JSON what came of it. The folder is small: what it runs
 * out of is its disk, its descriptors, or the right to write.
 */
const [, , folder = '', what] = process.argv;
const { signal } = new AbortController();
const id = parsePluginId('a');

switch (what) {
  case 'config':
    tell(await saveOnFullDisk());
    break;
  case 'config-limited':
    tell(await saveOverLimit());
    break;
  case 'database':
    tell(await commitOnFullDisk());
    break;
  case 'read-only':
    tell(await saveWithoutRight());
    break;
  case 'descriptors':
    tell(await saveWithoutDescriptors());
    break;
}

async function saveOnFullDisk(): Promise<object> {
  const { file, before, config } = await written();
  await fill(join(folder, 'filler'));
  const refused = await codeOf(config.edit({ change: 'set-config', id, key: 'round', value: 1 }, signal));
  const isUntouched = (await readFile(file, 'utf8')) === before;
  const left = (await readdir(folder)).sort();
  await rm(join(folder, 'filler'));
  const later = await codeOf(config.edit({ change: 'set-config', id, key: 'round', value: 2 }, signal));
  return { refused, isUntouched, left, later };
}

/** The file is as large as a file may be, and the edit makes it larger. */
async function saveOverLimit(): Promise<object> {
  const file = join(folder, 'app.toml');
  const entry = '\n[[plugins.entries]]\nid = "a"\nartifact_path = "a.wasm"\n';
  // Blocks of 512 or 1,024 bytes, as the shell likes.
  let before = '';
  for (const size of [30 * 1024, 60 * 1024]) {
    const text = `#${'x'.repeat(size - 1 - entry.length)}${entry}`;
    if ((await codeOf(writeFile(file, text))) === 'none') before = text;
    else await writeFile(file, before);
  }
  const config = await openConfigFile(file, unwatched);
  const refused = await codeOf(config.edit({ change: 'set-config', id, key: 'round', value: 1 }, signal));
  return { refused, isUntouched: (await readFile(file, 'utf8')) === before, left: await readdir(folder) };
}

async function commitOnFullDisk(): Promise<object> {
  await fill(join(folder, 'filler'), 400 * 1024);
  const file = join(folder, 'state.sqlite');
  const acknowledged: number[] = [];
  let refused = 'none';
  {
    await using database = await openDatabase(file);
    for (let number = 0; refused === 'none' && number < 10_000; number++) {
      refused = await codeOf(database.transact(insertPair(number * 37)));
      if (refused === 'none') acknowledged.push(number * 37);
    }
  }
  await rm(join(folder, 'filler'));
  await using again = await openDatabase(file);
  const { whole, torn, integrity } = await readPairs(again);
  const later = await codeOf(again.transact(insertPair(7)));
  return {
    refused,
    isSomeAcknowledged: acknowledged.length > 0,
    lost: acknowledged.filter((number) => !whole.has(number)),
    torn,
    integrity,
    later,
  };
}

async function saveWithoutRight(): Promise<object> {
  const file = join(folder, 'app.toml');
  const before = await readFile(file, 'utf8');
  const config = await openConfigFile(file, unwatched);
  const refused = await codeOf(config.edit({ change: 'set-config', id, key: 'round', value: 1 }, signal));
  const database = await codeOf(openDatabase(join(folder, 'deep/state.sqlite')));
  return {
    refused,
    database,
    isUntouched: (await readFile(file, 'utf8')) === before,
    left: await readdir(folder),
  };
}

async function saveWithoutDescriptors(): Promise<object> {
  const { file, before, config } = await written();
  const held: FileHandle[] = [];
  try {
    for (;;) held.push(await open(file));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EMFILE')) throw error;
  }
  const refused = await codeOf(config.edit({ change: 'set-config', id, key: 'round', value: 1 }, signal));
  const [one] = held.splice(0, 1);
  await one?.close();
  // One is enough to read by, and too few to write: the folder and the file are open at once.
  const read = await codeOf(config.read(signal));
  for (const handle of held) await handle.close();
  const isUntouched = (await readFile(file, 'utf8')) === before;
  const later = await codeOf(config.edit({ change: 'set-config', id, key: 'round', value: 2 }, signal));
  return { refused, read, isUntouched, left: await readdir(folder), later };
}

async function written() {
  const file = join(folder, 'app.toml');
  const before = `# ${'x'.repeat(100_000)}\n[[plugins.entries]]\nid = "a"\nartifact_path = "a.wasm"\n`;
  await writeFile(file, before);
  return { file, before, config: await openConfigFile(file, unwatched) };
}

/** Writes until nothing fits any more, or so many bytes. */
async function fill(file: string, maxBytes = Number.POSITIVE_INFINITY): Promise<void> {
  await using handle = await open(file, 'w');
  const block = Buffer.alloc(4096, 1);
  try {
    for (let bytes = 0; bytes < maxBytes; bytes += block.length) await handle.writeFile(block);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

/** The code of the error of ours that it fails with. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return error instanceof SignalboxError ? error.code : String(error);
  }
}

function tell(report: object): void {
  process.stdout.write(JSON.stringify(report));
}
