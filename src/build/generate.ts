import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is made from sources and not committed. A step runs again when a file it reads, or the step itself, has changed. */
interface Step {
  readonly script: string;
  /** Files and folders from the repository. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

const steps: readonly Step[] = [
  {
    script: 'src/build/build-script-host.ts',
    inputs: [
      'wit',
      'src/sandbox/script-host',
      'src/sandbox/prepare',
      'src/sandbox/program.ts',
      'package-lock.json',
    ],
    outputs: ['generated/script-host.wasm', 'generated/script-host.program'],
  },
  {
    script: 'src/build/generate-types.ts',
    inputs: ['wit', 'src/build/jco.ts', 'package-lock.json'],
    outputs: ['generated/plugin-types'],
  },
  {
    script: 'src/build/build-plugins.ts',
    inputs: ['wit', 'plugins', 'src/build/jco.ts', 'package-lock.json'],
    outputs: ['plugins/hello_world/dist', 'plugins/heartbeat/dist'],
  },
  {
    script: 'src/build/build-dashboard.ts',
    inputs: ['src/dashboard', 'src/wire', 'relays', 'src/core', 'package-lock.json'],
    outputs: ['generated/dashboard/index.html'],
  },
  {
    script: 'src/build/draw-statecharts.ts',
    inputs: ['actors', 'src/machines.ts', 'src/inspect', 'src/dashboard/chart', 'package-lock.json'],
    outputs: ['generated/statecharts/plugin.svg'],
  },
  {
    script: 'src/build/copy-waveforms.ts',
    inputs: ['test/fixtures/waveforms'],
    outputs: ['plugins/waves'],
  },
];

const repository = fileURLToPath(new URL('../..', import.meta.url));
const stampFile = join(repository, 'generated/stamps.json');
/** Made by the steps, or by people while `npm start` runs. */
const notInputs = new Set(['dist', 'waves', '.signalbox', 'node_modules', 'generated']);

const stamps = readStamps();
for (const step of steps) {
  const stamp = stampOf(step);
  const isFresh =
    stamps[step.script] === stamp && step.outputs.every((path) => existsSync(join(repository, path)));
  if (isFresh) continue;
  const { status, error } = spawnSync(process.execPath, [step.script], { cwd: repository, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
  stamps[step.script] = stamp;
  mkdirSync(join(repository, 'generated'), { recursive: true });
  writeFileSync(stampFile, `${JSON.stringify(stamps, null, 2)}\n`);
}

/** SHA-256 over the names and contents of all a step reads. */
function stampOf({ script, inputs }: Step): string {
  const files = [script, ...inputs].flatMap(filesBelow).sort();
  const digests = files.map(
    (file) => `${file} ${hash('sha256', readFileSync(join(repository, file)), 'hex')}`,
  );
  return hash('sha256', digests.join('\n'), 'hex');
}

function filesBelow(path: string): readonly string[] {
  if (statSync(join(repository, path)).isFile()) return [path];
  return readdirSync(join(repository, path), { withFileTypes: true })
    .filter(({ name }) => !notInputs.has(name))
    .flatMap(({ name }) => filesBelow(`${path}/${name}`));
}

function readStamps(): Record<string, unknown> {
  if (!existsSync(stampFile)) return {};
  const stored: unknown = JSON.parse(readFileSync(stampFile, 'utf8'));
  return typeof stored === 'object' && stored !== null ? { ...stored } : {};
}
