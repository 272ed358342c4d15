import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliProcess, type Ended } from './cli-process.ts';

export const greeter = `
import { log } from 'signalbox:plugin/log';
export const lifecycle = {
  init() {
    log('info', 'hello', []);
    return { version: '1.0.0', description: '', capabilities: [] };
  },
  handleEvent() {},
  shutdown() {
    log('info', 'goodbye', []);
  },
};
`;

const lister = `
import { log } from 'signalbox:plugin/log';
import { listDir } from 'signalbox:plugin/filesystem';
export const lifecycle = {
  init() {
    for (const { path } of listDir('waves').entries) log('info', path, []);
    return { version: '1.0.0', description: '', capabilities: [] };
  },
  handleEvent() {},
  shutdown() {},
};
`;

/** Counts its runs in its storage, and writes the number into a file. */
export const keeper = `
import { log } from 'signalbox:plugin/log';
import { write } from 'signalbox:plugin/filesystem';
import { get, set } from 'signalbox:plugin/storage';
export const lifecycle = {
  init() {
    const [before = 0] = get('notes', 'runs') ?? [];
    set('notes', 'runs', new Uint8Array([before + 1]));
    write('out/runs.txt', 0n, new Uint8Array([48 + before + 1]), true);
    log('info', 'run ' + (before + 1), []);
    return { version: '1.0.0', description: '', capabilities: [] };
  },
  handleEvent() {},
  shutdown() {},
};
`;

/** The manifest of a folder with that as `main.ts`. */
export const keeping = `
id = "keeping"
version = "1.0.0"
kind = "script"
entry = "main.ts"
permissions = [
  { want = "log", reason = "to say how often it ran" },
  { want = "fs:write:out", reason = "to tell others" },
  { want = "storage:read:notes", reason = "to know how often it ran" },
  { want = "storage:write:notes", reason = "to count" },
]
`;

export const config = `# The plugins of the test.

[plugins]
schema_version = 1

[[plugins.entries]]
id = "greeter" # says hello
enabled = true # on
artifact_path = "greeter.ts"
permissions = ["log"]

[[plugins.entries]]
id = "spare"
# off for now
artifact_path = "greeter.ts"
permissions = ["log"]

[host]
theme = "dark" # not ours
`;

/** A folder with a config, two scripts, a plugin folder and files to find; commands run in it. */
export interface CliApp extends AsyncDisposable {
  readonly folder: string;
  write(path: string, text: string): Promise<void>;
  start(...args: readonly string[]): CliProcess;
  cli(...args: readonly string[]): Promise<Ended>;
}

export async function createCliApp(): Promise<CliApp> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-cli-'));
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await write('greeter.ts', greeter);
  await write('lister.ts', lister);
  await write('waves/a.vcd', '$date today $end');
  await write('signalbox.toml', config);
  await write('broken.toml', '[plugins]\nschema_version = = 1\n');
  await write(
    'absent.toml',
    '[[plugins.entries]]\nid = "gone"\nenabled = true\nartifact_path = "nowhere.ts"\n',
  );
  await write(
    'wanting/plugin.toml',
    [
      'id = "wanting"',
      'version = "1.0.0"',
      'kind = "script"',
      'entry = "main.ts"',
      '[[permissions]]',
      'want = "fs:list:waves"',
      'reason = "to find files"',
      '[[permissions]]',
      'want = "log"',
      'reason = "to say what it found"',
    ].join('\n'),
  );
  await write('wanting/main.ts', lister);
  const start = (...args: readonly string[]): CliProcess => new CliProcess(folder, args);
  return {
    folder,
    write,
    start,
    cli: (...args) => start(...args).ended,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
