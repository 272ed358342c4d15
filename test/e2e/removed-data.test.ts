import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parsePluginId } from '../../src/core/ids.ts';
import { createRuntime, type Runtime } from '../../src/index.ts';

const keeper = `import { get, set } from 'signalbox:plugin/storage';
  export const keep = () => set('notes', 'k', new Uint8Array([42]));
  export const kept = () => get('notes', 'k')?.[0] ?? 'nothing';
`;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-removed-'));
  await writeFile(join(folder, 'vault.ts'), keeper);
  await writeFile(join(folder, 'stranger.ts'), keeper);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entry = (artifact: string) => `[[plugins.entries]]
id = "vault"
enabled = true
artifact_path = "${artifact}"
permissions = ["storage:read:notes", "storage:write:notes"]
`;
const isThere = (runtime: Runtime): boolean => runtime.plugins.get('vault') !== undefined;

/** Starts with these artifacts under the id, one run each; nobody stands for no entry. */
async function run<Value>(
  artifact: string | undefined,
  use: (runtime: Runtime) => Promise<Value>,
): Promise<Value> {
  await writeFile(join(folder, 'app.toml'), artifact === undefined ? '' : entry(artifact));
  await using runtime = await createRuntime({ config: join(folder, 'app.toml'), cells: 1 });
  await runtime.settled();
  return await use(runtime);
}
const kept = (runtime: Runtime) => runtime.plugins.call('vault', 'kept');

test('another plugin that takes the id of a removed one starts with nothing, and its log says why', async () => {
  await run('vault.ts', (runtime) => runtime.plugins.call('vault', 'keep'));
  expect(await run(undefined, async (runtime) => isThere(runtime))).toBe(false);
  expect(await run('stranger.ts', kept)).toBe('nothing');
});

test('within one run, too: a plugin is removed by command and another is registered in its place', async () => {
  const lines: string[] = [];
  const found = await run('vault.ts', async (runtime) => {
    runtime.relays.pluginLog.subscribe(({ plugin, level, message }) =>
      lines.push(`${plugin} ${level} ${message.replace(/~\d+/, '~<time>')}`),
    );
    await runtime.plugins.call('vault', 'keep');
    await runtime.plugins.remove('vault');
    await runtime.config.edit({
      change: 'add-entry',
      id: parsePluginId('vault'),
      artifactPath: 'stranger.ts',
      enabled: true,
    });
    await runtime.permissions.grant('vault', ['storage:read:notes']);
    return await kept(runtime);
  });
  expect({ found, lines }).toEqual({
    found: 'nothing',
    lines: [
      'vault warn What an earlier plugin of this id kept is set aside as "vault~<time>"; this one starts with nothing',
    ],
  });
});

test('an entry that is missing for one save, and one that is pointed at a newer file, keep what is theirs', async () => {
  await run('vault.ts', (runtime) => runtime.plugins.call('vault', 'keep'));
  await run(undefined, async () => {});
  expect(await run('vault.ts', kept)).toBe(42);
  expect(await run('stranger.ts', kept)).toBe(42);
});
