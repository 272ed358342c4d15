import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco';
import { parseManifest } from '../manifest/parse.ts';
import { jco } from './jco.ts';

/**
 * Builds every component below plugins/ that has its source beside its manifest: the entry `dist/hello-world.wasm` is made
 * from `hello-world.ts` or `hello-world.wat`, for the world `hello-world` of the plugin's own `wit/`.
 */
const repository = fileURLToPath(new URL('../..', import.meta.url));
const plugins = join(repository, 'plugins');

interface Build {
  readonly source: string;
  readonly world: string;
  /** The plugin's own WIT with the host's below `deps`. */
  readonly witFolder: string;
  readonly output: string;
}

const builders: Readonly<Record<string, (build: Build) => Promise<void>>> = {
  '.ts': buildTypeScript,
  '.wat': buildText,
};

for (const name of await readdir(plugins)) await buildPlugin(join(plugins, name));

async function buildPlugin(folder: string): Promise<void> {
  const manifestFile = join(folder, 'plugin.toml');
  if (!(await exists(manifestFile))) return;
  const { kind, entry } = parseManifest(await readFile(manifestFile, 'utf8'), manifestFile);
  if (kind !== 'component') return;

  const world = basename(entry, extname(entry));
  for (const [ending, build] of Object.entries(builders)) {
    const source = join(folder, `${world}${ending}`);
    if (!(await exists(source))) continue;
    const workFolder = await mkdtemp(join(tmpdir(), 'signalbox-build-'));
    try {
      const witFolder = await stageWit(folder, workFolder);
      const output = join(folder, entry);
      await mkdir(dirname(output), { recursive: true });
      await build({ source, world, witFolder, output });
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  }
}

/** `--backend-qjs-stub-wasi` and `--backend-qjs-disable-async` keep WASI out: the component imports what its world says. */
async function buildTypeScript({ source, world, witFolder, output }: Build): Promise<void> {
  const engine = ['--backend', 'qjs', '--backend-qjs-stub-wasi', '--backend-qjs-disable-async'];
  const bundling = ['--bundle', '--bundle-config', join(repository, 'src/build/bundle.config.mjs')];
  await jco(
    'componentize',
    source,
    '--wit',
    witFolder,
    '--world-name',
    world,
    ...engine,
    ...bundling,
    '--out',
    output,
  );
}

/** A core module whose exports follow the canonical ABI becomes a component of its world. */
async function buildText({ source, world, witFolder, output }: Build): Promise<void> {
  const binary = await parse(await readFile(source, 'utf8'));
  await writeFile(output, await componentNew(await componentEmbed({ binary, witPath: witFolder, world })));
}

async function stageWit(folder: string, workFolder: string): Promise<string> {
  const staged = join(workFolder, 'wit');
  await cp(join(folder, 'wit'), staged, { recursive: true });
  await cp(join(repository, 'wit'), join(staged, 'deps/signalbox-plugin'), { recursive: true });
  return staged;
}

async function exists(file: string): Promise<boolean> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return found !== undefined;
}
