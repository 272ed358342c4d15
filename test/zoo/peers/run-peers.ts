import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleBytes } from '../component-text.ts';
import type { ZooGuest } from '../guest.ts';
import type { PeerStruck } from './peer.ts';
import { strikePeer } from './strike-peer.ts';

/** By guest. */
export type PeerRun = ReadonlyMap<string, PeerStruck>;

/** Components whose core modules import nothing and speak no canonical ABI: what they do, they do in a core module alone. */
const plainComponents = ['spins', 'takes-memory', 'spin-in-start', 'trap-in-start', 'huge-memory'];
/** What concerns the shape of an answer in the canonical ABI only. */
const notComparable = /^(aliasing|wide-list|huge-result$|spin-in-post-return|trap-loop)/;

export function isForExtism({ id, artifact }: ZooGuest): boolean {
  return 'component' in artifact && plainComponents.includes(artifact.component) && !notComparable.test(id);
}

/** Scripts that import nothing and are called, once. */
export function isForQuickJs({ artifact, strikes, id, permissions }: ZooGuest): boolean {
  const isPlain = 'script' in artifact && permissions === undefined;
  return (isPlain && strikes === 'call' && !needsOurs.test(id)) || id === 'spin-at-top';
}

/** They import our interfaces, or are about our exports, our wire and our host object. */
const needsOurs = /^(calls-forever|proto-|exports-|false-|tampers-with-host|unwired|huge-config|spin-rich)/;

export async function runPeers(
  guests: readonly ZooGuest[],
  onStruck: (guest: ZooGuest, peer: string, struck: PeerStruck) => void,
): Promise<{ readonly extism: PeerRun; readonly quickjs: PeerRun }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-zoo-peers-'));
  const extism = new Map<string, PeerStruck>();
  const quickjs = new Map<string, PeerStruck>();
  try {
    for (const guest of guests) {
      const { id, artifact, args = [] } = guest;
      if (isForExtism(guest) && 'component' in artifact) {
        const file = join(folder, `${id}.wasm`);
        await writeFile(
          file,
          await moduleBytes(await readFile(fixture(`components/${artifact.component}.wat`), 'utf8')),
        );
        const struck = await strikePeer('extism', [file, guest.export ?? 'strike']);
        extism.set(id, struck);
        onStruck(guest, 'extism', struck);
      }
      if (isForQuickJs(guest) && 'script' in artifact) {
        const file = fixture(`scripts/${artifact.script}.js`);
        const struck = await strikePeer('quickjs', [file, JSON.stringify(args)]);
        quickjs.set(id, struck);
        onStruck(guest, 'quickjs', struck);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { extism, quickjs };
}

function fixture(path: string): string {
  return fileURLToPath(new URL(`../../fixtures/plugins/${path}`, import.meta.url));
}
