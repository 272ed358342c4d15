import { claimedKind, headBytes, recognise } from './recognise.ts';
import type { Settings } from './settings.ts';
import type { WaveformDetails } from './waveform.ts';

/** The part of `signalbox:plugin/filesystem` that a scan needs. Refusals are thrown with the `tag` of the WIT. */
export interface Disk {
  listDir(
    directory: string,
    page: number | undefined,
  ): { readonly entries: readonly { path: string; kind: EntryKind }[]; readonly next?: number | null };
  readMetadata(path: string): {
    readonly kind: EntryKind;
    readonly size: bigint;
    readonly modifiedUnixNanos: bigint;
  };
  read(path: string, offset: bigint, length: number): Uint8Array;
}
type EntryKind = 'file' | 'directory' | 'other';

export interface Finding {
  readonly path: string;
  readonly details: WaveformDetails;
}

/** What one step of a scan brought to light. */
export interface Step {
  /** New files, and files that changed. */
  readonly found: readonly Finding[];
  readonly gone: readonly string[];
  readonly problems: readonly { readonly path: string; readonly problem: string }[];
}

/** Each costs one operation on the disk. */
type Task =
  | { readonly do: 'list'; readonly path: string; readonly page?: number }
  | { readonly do: 'look'; readonly path: string }
  | { readonly do: 'read'; readonly path: string; readonly size: number; readonly stamp: string };

/** Keeps one call short on hosts that set no rate. */
const operationsPerStep = 500;

/**
 * Keeps track of the waveform files below some directories. Work waits in a queue and is done step by step, as far as the
 * host's rate allows.
 */
export class Scan {
  readonly #disk: Disk;
  #settings: Settings;
  /** By kind and path, so that nothing waits twice. */
  readonly #queue = new Map<string, Task>();
  /** Size and time of each file as last published. */
  readonly #known = new Map<string, string>();
  /** During a full scan: known files not met again so far. */
  #unmet: Set<string> | undefined;

  constructor(disk: Disk, settings: Settings) {
    this.#disk = disk;
    this.#settings = settings;
    this.rescan();
  }

  get isDone(): boolean {
    return this.#queue.size === 0;
  }

  get known(): readonly string[] {
    return [...this.#known.keys()];
  }

  /** Looks for other files, or elsewhere; files that no longer count are forgotten. */
  retarget(settings: Settings): void {
    this.#settings = settings;
    this.#queue.clear();
    for (const path of this.known) if (!this.#counts(path)) this.#known.delete(path);
    this.rescan();
  }

  /** Goes through every directory again; what has not changed is not read. */
  rescan(): void {
    this.#unmet = new Set(this.#known.keys());
    for (const path of this.#settings.directories) this.#enqueue({ do: 'list', path });
  }

  /** Looks at paths that may have appeared, changed or gone; folders with all below them. */
  lookAt(paths: readonly string[]): void {
    for (const path of paths) this.#enqueue({ do: 'look', path });
  }

  step(): Step {
    const step = { found: [], gone: [], problems: [] };
    for (let operations = 0; operations < operationsPerStep; operations++) {
      const [next] = this.#queue;
      if (!next) break;
      const [key, task] = next;
      // Off the queue first: a task may ask for itself again.
      this.#queue.delete(key);
      if (this.#perform(task, step) === 'rate-limited') {
        this.#queue.set(key, task);
        return step;
      }
    }
    if (this.isDone) this.#forgetUnmet(step.gone);
    return step;
  }

  #perform(task: Task, step: { found: Finding[]; gone: string[]; problems: Step['problems'][number][] }) {
    try {
      if (task.do === 'list') this.#list(task);
      else if (task.do === 'look') this.#look(task.path);
      else step.found.push(this.#read(task));
      return 'done';
    } catch (error) {
      const { tag, val } = refusalOf(error);
      switch (tag) {
        case 'rate-limited':
          return 'rate-limited';
        case 'inaccessible':
        case 'not-a-directory':
        case 'not-a-file':
          this.#forget(task.path, step.gone);
          return 'done';
        default:
          step.problems.push({ path: task.path, problem: typeof val === 'string' ? `${tag}: ${val}` : tag });
          this.#spare(task.path);
          return 'done';
      }
    }
  }

  #list({ path, page }: Task & { do: 'list' }): void {
    const { entries, next } = this.#disk.listDir(path, page);
    for (const entry of entries) {
      if (entry.kind === 'directory') this.#enqueue({ do: 'list', path: entry.path });
      if (entry.kind === 'file' && this.#counts(entry.path)) this.#enqueue({ do: 'look', path: entry.path });
    }
    // QuickJS gives null for an absent option, whatever the generated types say.
    if (typeof next === 'number') this.#enqueue({ do: 'list', path, page: next });
  }

  #look(path: string): void {
    const { kind, size, modifiedUnixNanos } = this.#disk.readMetadata(path);
    if (kind === 'directory') this.#enqueue({ do: 'list', path });
    if (kind !== 'file' || !this.#counts(path)) return;
    this.#unmet?.delete(path);
    const stamp = `${size} ${modifiedUnixNanos}`;
    if (this.#known.get(path) !== stamp) this.#enqueue({ do: 'read', path, size: Number(size), stamp });
  }

  #read({ path, size, stamp }: Task & { do: 'read' }): Finding {
    const details = recognise(path, size, this.#head(path));
    this.#known.set(path, stamp);
    return { path, details };
  }

  /** Undefined where reading was not granted. A file that went since is told by the watch. */
  #head(path: string): Uint8Array | undefined {
    try {
      return this.#disk.read(path, 0n, headBytes);
    } catch (error) {
      if (refusalOf(error).tag === 'inaccessible') return undefined;
      throw error;
    }
  }

  #counts(path: string): boolean {
    const { directories, extensions } = this.#settings;
    const kind = claimedKind(path);
    return (
      kind !== undefined && extensions.includes(kind) && directories.some((folder) => isBelow(folder, path))
    );
  }

  #enqueue(task: Task): void {
    this.#queue.set(`${task.do} ${task.do === 'list' ? (task.page ?? 0) : ''} ${task.path}`, task);
  }

  #forget(path: string, gone: string[]): void {
    const below = this.#known.has(path) ? [path] : this.known.filter((other) => isBelow(path, other));
    for (const known of below) {
      this.#known.delete(known);
      this.#unmet?.delete(known);
      gone.push(known);
    }
  }

  /** Where the disk failed nothing is known to be gone. */
  #spare(path: string): void {
    for (const known of this.known) if (isBelow(path, known)) this.#unmet?.delete(known);
  }

  #forgetUnmet(gone: string[]): void {
    for (const path of this.#unmet ?? []) {
      this.#known.delete(path);
      gone.push(path);
    }
    this.#unmet = undefined;
  }
}

/** True for the path itself and all below it. */
function isBelow(folder: string, path: string): boolean {
  return folder === '.' || path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** What the host answered. @throws the error itself when it is no answer of the host */
export function refusalOf(error: unknown): { readonly tag: string; readonly val?: unknown } {
  if (typeof error === 'object' && error !== null && 'tag' in error && typeof error.tag === 'string') {
    return { tag: error.tag, ...('val' in error && { val: error.val }) };
  }
  throw error;
}
