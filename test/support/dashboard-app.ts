import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { type Admin, startAdmin } from '../../src/admin/start-admin.ts';
import type { Runtime } from '../../src/options.ts';
import { createRuntime } from '../../src/runtime.ts';
import { openTokens } from '../../src/tokens.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Throws at every tick, which its contract does not allow: crashes, restarts, and is given up. */
const crasher = {
  'crasher/plugin.toml': `id = "test.crasher"
version = "1.0.0"
kind = "script"
entry = "main.ts"
tick_ms = 100
`,
  'crasher/main.ts': `export const lifecycle = {
  init() {
    return { version: '1.0.0', description: '', capabilities: [] };
  },
  handleEvent() {
    throw new Error('as it always does');
  },
  shutdown() {},
};
`,
};

const wanting = {
  'wanting/plugin.toml': `id = "test.wanting"
version = "1.0.0"
kind = "script"
entry = "main.ts"

[[permissions]]
want = "fs:list:waves"
reason = "Counts your files"
`,
  'wanting/main.ts': `import { listDir } from 'signalbox:plugin/filesystem';
export const lifecycle = {
  init() {
    return { version: '1.0.0', description: \`\${listDir('waves').entries.length} files\`, capabilities: [] };
  },
  handleEvent() {},
  shutdown() {},
};
`,
};

const moreEntries = `
[[plugins.entries]]
id = "test.crasher"
enabled = false # until somebody wants to see it
artifact_path = "crasher"

[[plugins.entries]]
id = "test.wanting"
enabled = true
artifact_path = "wanting"
`;

/** The reference plugins, one that crashes and one that waits for a permission, with the admin API and the dashboard. */
export interface DashboardApp extends AsyncDisposable {
  readonly folder: string;
  readonly config: string;
  readonly runtime: Runtime;
  readonly admin: Admin;
  /** For everything. */
  readonly token: string;
  readConfig(): Promise<string>;
  editConfig(change: (text: string) => string): Promise<void>;
}

/** Translating a component has a deadline of its own, which a machine that is busy with other things may miss. */
function serving(runtime: Runtime, id: string): Promise<unknown> {
  return vi.waitFor(
    async () => {
      await runtime.settled();
      expect((await runtime.plugins.retry(id)).state).toBe('Ready');
    },
    { timeout: 150_000, interval: 100 },
  );
}

export async function createDashboardFolder(api = ''): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-page-'));
  await cp(join(repository, 'plugins'), folder, {
    recursive: true,
    filter: (source) => !source.includes('.signalbox') && !source.includes('/waves'),
  });
  for (const [path, text] of Object.entries({ ...crasher, ...wanting, 'waves/a.vcd': '$date today $end' })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const config = join(folder, 'signalbox.toml');
  await writeFile(config, (await readFile(config, 'utf8')) + moreEntries + api);
  return folder;
}

export async function startDashboardApp(): Promise<DashboardApp> {
  const folder = await createDashboardFolder();
  const config = join(folder, 'signalbox.toml');
  const runtime = await createRuntime({ config });
  const { token } = await openTokens(runtime.stateFolder).create({ name: 'test', scopes: ['admin'] });
  const admin = await startAdmin(runtime, { port: 0 });
  await serving(runtime, 'waves.hello_world');
  return {
    folder,
    config,
    runtime,
    admin,
    token,
    readConfig: () => readFile(config, 'utf8'),
    editConfig: async (change) => writeFile(config, change(await readFile(config, 'utf8'))),
    [Symbol.asyncDispose]: async () => {
      await admin.close();
      await runtime.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
