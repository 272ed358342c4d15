import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/parse.ts';
import { toldBeforeKill } from './killed-child.ts';

const text = '[ui]\ntheme = "dark" # kept\n\n[[plugins.entries]]\nid = "a"\nartifact_path = "a.wasm"\n';

export interface KilledSaves {
  readonly kills: number;
  /** Acknowledged before their process died. */
  readonly saves: number;
  /** Times the file was no whole document, or had lost what belongs to others. */
  readonly torn: readonly string[];
  /** Times an acknowledged save was not in it. */
  readonly lost: readonly string[];
}

/** Kills a process -9 in the middle of its saves, again and again, each after another number of saves. */
export async function killSaves(kills: number): Promise<KilledSaves> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-crash-'));
  const file = join(folder, 'app.toml');
  const torn: string[] = [];
  const lost: string[] = [];
  let saves = 0;
  let last = -1;
  try {
    await writeFile(file, text);
    for (let kill = 0; kill < kills; kill++) {
      const told = await toldBeforeKill('saving-child.ts', [file, String(last + 1)], 1 + ((kill * 7) % 60));
      saves += told.length;
      const acknowledged = told.at(-1) ?? last;
      const saved = await readFile(file, 'utf8');
      const reading = parseConfig(saved, file);
      if (reading.outcome === 'invalid' || !saved.includes('theme = "dark" # kept')) torn.push(saved);
      const round =
        reading.outcome === 'document' ? Number(reading.document.entries[0]?.config['round']) : -1;
      // The last save may have been done and not yet told.
      if (round !== acknowledged && round !== acknowledged + 1)
        lost.push(`acknowledged ${acknowledged}, found ${round}`);
      last = round;
      await sweep(folder);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { kills, saves, torn, lost };
}

/** What each dead process leaves is swept when it is a minute old; here that would be thousands. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith('.sbx-tmp')) await rm(join(folder, name));
}
