import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import type { Runtime } from '../../src/options.ts';
import { createRuntime } from '../../src/runtime.ts';

const config = '# mine\n[signalbox]\nauto_discover = true\n\n[ui]\ntheme = "dark" # stays\n';
const found = {
  id: 'test.adder',
  state: 'Disabled',
  since: expect.any(Number),
  message: 'Found in "plugins/adder", not in the config: add an entry to enable it',
  foundIn: 'plugins/adder',
  version: '1.0.0',
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-discovery-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function start(text: string): Promise<Runtime> {
  return writeFile(join(folder, 'signalbox.toml'), text).then(() =>
    createRuntime({ config: join(folder, 'signalbox.toml'), cells: 1 }),
  );
}

/** A whole folder appears at once, as unpacking or a checkout lets it. */
async function drop(): Promise<void> {
  await mkdir(join(folder, '.new'), { recursive: true });
  await writeFile(
    join(folder, '.new/plugin.toml'),
    'id = "test.adder"\nversion = "1.0.0"\nkind = "script"\nentry = "main.ts"\n',
  );
  await writeFile(join(folder, '.new/main.ts'), 'export const add = (a: number, b: number) => a + b;\n');
  await mkdir(join(folder, 'plugins'), { recursive: true });
  await rename(join(folder, '.new'), join(folder, 'plugins/adder'));
}

function appears(runtime: Runtime): Promise<void> {
  return vi.waitFor(() => expect(runtime.plugins.list()).toEqual([found]), 10_000);
}

test('a plugin folder dropped beside the config appears, is not run, and goes', async () => {
  await using runtime = await start(config);
  const told: PluginStatus[] = [];
  runtime.relays.pluginStatus.subscribe(({ changed }) => changed && told.push(changed));
  await runtime.settled();
  expect(runtime.plugins.list()).toEqual([]);
  await drop();
  await appears(runtime);
  const refusal = {
    code: 'PLUGIN_NOT_READY',
    hint: 'Enable it, or add [[plugins.entries]] with id = "test.adder" and artifact_path = "plugins/adder" to the config',
  };
  await expect(runtime.plugins.call('test.adder', 'add', [1, 2])).rejects.toMatchObject(refusal);
  await expect(runtime.plugins.reload('test.adder')).rejects.toMatchObject(refusal);
  await expect(runtime.plugins.retry('test.adder')).rejects.toMatchObject(refusal);
  expect(await runtime.plugins.disable('test.adder')).toEqual(found);
  expect(await readFile(join(folder, 'signalbox.toml'), 'utf8')).toBe(config);

  await rm(join(folder, 'plugins/adder'), { recursive: true });
  await vi.waitFor(() => expect(runtime.plugins.list()).toEqual([]), 10_000);
  expect(told).toEqual([
    found,
    { id: 'test.adder', state: 'Disabled', since: expect.any(Number), message: 'No longer found' },
  ]);
});

test('enabling a found plugin writes its entry and runs it', async () => {
  await drop();
  await using runtime = await start(config);
  await appears(runtime);
  expect(await runtime.plugins.enable('test.adder')).toMatchObject({ state: 'Ready', version: '1.0.0' });
  expect(await readFile(join(folder, 'signalbox.toml'), 'utf8')).toBe(
    `${config}\n[[plugins.entries]]\nid = "test.adder"\nenabled = true\nartifact_path = "plugins/adder"\n`,
  );
  expect(await runtime.plugins.call('test.adder', 'add', [1, 2])).toBe(3);
  expect(runtime.plugins.get('test.adder')).not.toHaveProperty('foundIn');
});

test('without auto_discover nothing appears', async () => {
  await drop();
  await using runtime = await start('[ui]\ntheme = "dark"\n');
  const board = await runtime.settled();
  expect([board.phase, board.plugins.size]).toEqual(['known', 0]);
  // By the time one that looks has told of it, this one had as long.
  await writeFile(join(folder, 'looking.toml'), config);
  await using looking = await createRuntime({ config: join(folder, 'looking.toml'), cells: 1 });
  await appears(looking);
  expect(runtime.plugins.list()).toEqual([]);
});
