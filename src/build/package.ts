import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Builds the package into `dist/`: compiled sources in the layout of the repository, and what was generated for run time. */
const repository = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(repository, 'dist');

/** Files of `generated/` that only the repository itself needs. */
const notShipped = new Set(['stamps.json']);

run('src/build/generate.ts');
await rm(dist, { recursive: true, force: true });
run('node_modules/typescript/bin/tsc', '-p', 'src/build');
await mkdir(join(dist, 'generated'), { recursive: true });
for (const name of await readdir(join(repository, 'generated'))) {
  if (notShipped.has(name)) continue;
  await cp(join(repository, 'generated', name), join(dist, 'generated', name), { recursive: true });
}

function run(script: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(process.execPath, [script, ...args], {
    cwd: repository,
    stdio: 'inherit',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
