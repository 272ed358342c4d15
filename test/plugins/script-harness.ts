import { fileURLToPath } from 'node:url';
import { bundleScript } from '../../src/packages/bundle-script.ts';

type EntryKind = 'file' | 'directory' | 'other';
interface FakeFile {
  readonly content: Uint8Array;
  readonly modified: bigint;
}

/** What the script host throws into a script when a host function answers with its error case. */
function refuse(tag: string, val?: unknown): never {
  throw Object.assign(new Error(tag), { tag, ...(val !== undefined && { val }) });
}

/** Files in memory behind `signalbox:plugin/filesystem`, with its pages and its rate. */
export class FakeDisk {
  readonly #files = new Map<string, FakeFile>();
  #modified = 0n;
  /** Operations left before the disk answers `rate-limited`. */
  allowance = Number.POSITIVE_INFINITY;
  operations = 0;
  /** What the disk answers instead, by function and path: `read waves/a.vcd`. */
  readonly refusals = new Map<string, string>();

  write(path: string, content: string | Uint8Array): void {
    this.#modified += 1n;
    this.#files.set(path, {
      content: typeof content === 'string' ? Buffer.from(content, 'latin1') : content,
      modified: this.#modified,
    });
  }

  remove(path: string): void {
    for (const file of this.#files.keys()) {
      if (file === path || file.startsWith(`${path}/`)) this.#files.delete(file);
    }
  }

  readonly filesystem = {
    listDir: (directory: string, page = 0) => {
      this.#spend('list', directory);
      const kinds = new Map<string, EntryKind>();
      for (const path of this.#files.keys()) {
        if (!path.startsWith(`${directory}/`)) continue;
        const [name = '', ...below] = path.slice(directory.length + 1).split('/');
        kinds.set(`${directory}/${name}`, below.length > 0 ? 'directory' : 'file');
      }
      if (kinds.size === 0) refuse('inaccessible', { permission: `fs:list:${directory}`, rule: 'none' });
      const entries = [...kinds]
        .map(([path, kind]) => ({ path, kind }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
      const end = (page + 1) * 1_000;
      return { entries: entries.slice(end - 1_000, end), next: end < entries.length ? page + 1 : null };
    },

    readMetadata: (path: string) => {
      this.#spend('metadata', path);
      const file = this.#files.get(path);
      if (file)
        return { path, kind: 'file', size: BigInt(file.content.length), modifiedUnixNanos: file.modified };
      const isDirectory = [...this.#files.keys()].some((other) => other.startsWith(`${path}/`));
      if (!isDirectory) refuse('inaccessible', { permission: `fs:metadata:${path}`, rule: 'none' });
      return { path, kind: 'directory', size: 0n, modifiedUnixNanos: 0n };
    },

    read: (path: string, offset: bigint, length: number) => {
      this.#spend('read', path);
      const file = this.#files.get(path);
      if (!file) refuse('inaccessible', { permission: `fs:read:${path}`, rule: 'none' });
      return file?.content.subarray(Number(offset), Number(offset) + length);
    },
  };

  #spend(operation: string, path: string): void {
    if (this.operations >= this.allowance) refuse('rate-limited');
    this.operations += 1;
    const refusal = this.refusals.get(`${operation} ${path}`) ?? this.refusals.get(operation);
    if (refusal !== undefined) refuse(refusal, 'as the test wishes');
  }
}

type Config = Readonly<Record<string, unknown>>;
type PublishedEvent = { readonly tag: string; readonly val: Record<string, unknown> };

/** A reference plugin, bundled as for the sandbox and evaluated here, on a host that keeps what it was told. */
export interface RunningScript {
  readonly disk: FakeDisk;
  readonly logs: string[];
  readonly events: { channel: string; event: PublishedEvent }[];
  readonly watches: Map<bigint, readonly string[]>;
  /** What `publish` and `subscribe` answer, when it is not success. */
  refusal: { publish?: string; subscribe?: string };
  init(config: Config): unknown;
  tick(): void;
  changed(paths: readonly string[], overflow?: boolean): void;
  configUpdated(config: Config): void;
  call(name: string, ...args: readonly unknown[]): unknown;
}

/** @param path of the entry, below plugins/ */
export async function startScript(path: string): Promise<RunningScript> {
  const entry = fileURLToPath(new URL(`../../plugins/${path}`, import.meta.url));
  const { source } = await bundleScript(
    entry,
    fileURLToPath(new URL('.', `file://${entry}`)).replace(/\/$/, ''),
  );
  const running = {
    disk: new FakeDisk(),
    logs: [] as string[],
    events: [] as RunningScript['events'],
    watches: new Map<bigint, readonly string[]>(),
    refusal: {} as RunningScript['refusal'],
  };
  let subscriptions = 0n;
  const host = {
    'signalbox:plugin/filesystem': running.disk.filesystem,
    'signalbox:plugin/log': {
      log: (level: string, message: string) => running.logs.push(`${level} ${message}`),
    },
    'signalbox:plugin/relay': {
      publish: (channel: string, event: PublishedEvent) => {
        if (running.refusal.publish !== undefined) refuse(running.refusal.publish);
        running.events.push({ channel, event });
      },
    },
    'signalbox:plugin/watch': {
      subscribe: (directories: readonly string[]) => {
        if (running.refusal.subscribe !== undefined) refuse(running.refusal.subscribe);
        subscriptions += 1n;
        running.watches.set(subscriptions, directories);
        return subscriptions;
      },
      unsubscribe: (subscription: bigint) => void running.watches.delete(subscription),
    },
  };
  const exported = evaluate(source, host);

  const call = (name: string, ...args: readonly unknown[]): unknown => {
    const callee = name.split('.').reduce<unknown>((value, key) => (value as Config)[key], exported);
    return (callee as (...given: readonly unknown[]) => unknown)(...args);
  };
  const event = (tag: string, val?: unknown) => void call('lifecycle.handleEvent', { tag, val });
  return Object.assign(running, {
    init: (config: Config) => call('lifecycle.init', configData(config)),
    tick: () => event('tick'),
    changed: (paths: readonly string[], overflow = false) =>
      event('filesystem-change', { subscription: subscriptions, paths, overflow }),
    configUpdated: (config: Config) => event('config-updated', configData(config)),
    call,
  });
}

function configData(config: Config): readonly { key: string; value: string }[] {
  return Object.entries(config).map(([key, value]) => ({ key, value: JSON.stringify(value) }));
}

function evaluate(source: string, host: object): unknown {
  const key = Symbol.for('signalbox');
  Object.defineProperty(globalThis, key, { value: host, configurable: true });
  try {
    // biome-ignore lint/security/noGlobalEval: the script host evaluates scripts, and this stands in for it.
    return globalThis.eval(source);
  } finally {
    Reflect.deleteProperty(globalThis, key);
  }
}
