import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { inspect, isDeepStrictEqual } from 'node:util';
import { guests } from './guests.ts';
import { runPeers } from './peers/run-peers.ts';
import { runZoo } from './run-zoo.ts';
import { tableText } from './table-text.ts';

/** Runs the zoo, here and in the peers, and writes docs/explanation/zoo.md. */
const page = new URL('../../docs/explanation/zoo.md', import.meta.url);

const tell = (...parts: readonly unknown[]): void => void process.stderr.write(`${parts.join(' ')}\n`);
const run = await runZoo((guest, tier, { end, error, elapsedMs }) => {
  const isExpected = isDeepStrictEqual(end, guest.end);
  tell(
    tier,
    guest.id,
    `${Math.round(elapsedMs)} ms`,
    isExpected ? 'as expected' : `UNEXPECTED: ${error?.code ?? inspect(end)}`,
  );
});
const { extism, quickjs } = await runPeers(guests, ({ id }, peer, { end }) => tell(peer, id, end));

const versions = {
  extism: await versionOf('@extism/extism'),
  quickjs: await versionOf('quickjs-emscripten'),
};
const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores`;
await writeFile(page, tableText({ run, extism, quickjs, machine, versions }));

async function versionOf(name: string): Promise<string> {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
  const version =
    typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
  return String(version);
}
