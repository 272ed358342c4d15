import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const repository = fileURLToPath(new URL('../..', import.meta.url));
const packingMs = 240_000;
/** What a host pays on disk for all of it, production dependencies included. binaryen, which jco-transpile brings, is most of it. */
const maxInstalledMegabytes = 160;

const plugin = 'export const add = (a: number, b: number): number => a + b;\n';

const config = `[[plugins.entries]]
id = "adder"
enabled = true
artifact_path = "adder.ts"

[[plugins.entries]]
id = "waves.hello_world"
enabled = true
artifact_path = "hello_world"
permissions = ["log"]
`;

const host = `import { createRuntime, type PluginStatus, SignalboxError } from 'signalbox';
import { createTestRuntime } from 'signalbox/testing';

await using runtime = await createRuntime({ config: 'signalbox.toml' });
await runtime.settled();
const status: PluginStatus | undefined = runtime.plugins.get('adder');
await using box = await createTestRuntime({ plugins: { twice: { source: 'export const twice = (n) => 2 * n;' } } });
const refusal = await runtime.plugins.call('nobody', 'add').catch((error: unknown) => error);
const greeting = await runtime.plugins.call('waves.hello_world', 'greet', ['you']);
const answers = [greeting, await runtime.plugins.call('adder', 'add', [1, 2]), await box.plugins.call('twice', 'twice', [21])];
process.stdout.write(JSON.stringify({ state: status?.state, answers, refused: refusal instanceof SignalboxError }));
`;

/** Slow: it builds, packs and installs. The registry is asked only for what npm's cache lacks. */
describe('the package, installed from its tarball without development dependencies', () => {
  let folder: string;

  const run = async (file: string, ...args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(file, args, { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  };
  const npm = (...args: readonly string[]) =>
    run('npm', ...args, '--no-audit', '--no-fund', '--loglevel=error');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-package-'));
    await npm('pack', repository, '--pack-destination', folder);
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'host', private: true, type: 'module' }),
    );
    await npm('install', '--omit=dev', '--prefer-offline', `./${tarball}`);
    await writeFile(join(folder, 'adder.ts'), plugin);
    await cp(join(repository, 'plugins/hello_world'), join(folder, 'hello_world'), { recursive: true });
    await writeFile(join(folder, 'signalbox.toml'), config);
    await writeFile(join(folder, 'host.ts'), host);
  }, packingMs);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('its command says its version', async () => {
    expect(await run('npx', '--no', '--', 'signalbox', '--version')).toBe(`${manifest.version}\n`);
  });

  test('its command lists the plugins of a config', async () => {
    const listed: unknown = JSON.parse(await run('npx', '--no', '--', 'signalbox', 'list', '--json'));
    expect(listed).toMatchObject([
      { id: 'adder', enabled: true, kind: 'script', problems: [] },
      { id: 'waves.hello_world', enabled: true, kind: 'component', problems: [] },
    ]);
  });

  // It starts a translator, of whose code no copy is in any cache yet.
  test('a host imports it, runs a script and a component that nobody prepared, and tests one', {
    timeout: packingMs,
  }, async () => {
    expect(JSON.parse(await run('node', 'host.ts'))).toEqual({
      state: 'Ready',
      answers: ['Hello, you!', 3, 42],
      refused: true,
    });
  });

  test('its types hold in a strict host', async () => {
    const options = ['--strict', '--noEmit', '--skipLibCheck', '--module', 'nodenext', '--target', 'esnext'];
    const typeRoots = join(repository, 'node_modules/@types');
    const tsc = join(repository, 'node_modules/.bin/tsc');
    expect(await run(tsc, ...options, '--types', 'node', '--typeRoots', typeRoots, 'host.ts')).toBe('');
  });

  test('it stays small enough to carry', async ({ annotate }) => {
    const megabytes = (await bytesBelow(join(folder, 'node_modules'))) / 1024 / 1024;
    const own = (await bytesBelow(join(folder, 'node_modules/signalbox'))) / 1024 / 1024;
    await annotate(`${megabytes.toFixed(1)} MB installed, ${own.toFixed(1)} MB of it our own`);
    expect(megabytes).toBeLessThan(maxInstalledMegabytes);
  });
});

async function bytesBelow(folder: string): Promise<number> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((file) =>
    file.isFile(),
  );
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
