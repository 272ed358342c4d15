import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';

const text = '[ui]\ntheme = "dark" # kept\n\n[[plugins.entries]]\nid = "a"\nartifact_path = "a.wasm"\n';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-crash-'));
  file = join(folder, 'app.toml');
  await writeFile(file, text);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('a process that is killed while it saves leaves a whole file with everything it acknowledged', async () => {
  const program = `
    import { openConfigFile } from ${JSON.stringify(new URL('../../src/store/config-file.ts', import.meta.url).href)};
    const [file, from] = process.argv.slice(1);
    const config = await openConfigFile(file, { watch: () => ({ [Symbol.asyncDispose]: async () => {} }) });
    const signal = new AbortController().signal;
    for (let round = Number(from); ; round++) {
      await config.edit({ change: 'set-config', id: 'a', key: 'round', value: round }, signal);
      process.stdout.write(round + '\\n');
    }
  `;
  let acknowledged = -1;
  for (let kill = 0; kill < 20; kill++) {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '--eval', program, file, String(acknowledged + 1)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const exited = once(child, 'exit');
    const victim = 1 + kill * 3;
    let lines = 0;
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      const rounds = String(chunk).trim().split('\n');
      lines += rounds.length;
      acknowledged = Number(rounds.at(-1));
      if (lines >= victim) child.kill('SIGKILL');
    }
    await exited;
    const saved = await readFile(file, 'utf8');
    const reading = parseConfig(saved, file);
    const round = reading.outcome === 'document' ? reading.document.entries[0]?.config['round'] : reading;
    // The last save may have been done and not yet told.
    expect([acknowledged, acknowledged + 1]).toContain(round);
    acknowledged = Number(round);
    expect(saved).toContain('theme = "dark" # kept');
  }
}, 60_000);
