import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignalboxError } from '../../core/errors.ts';
import { sha256 } from '../../core/fingerprint.ts';
import type { Digest } from '../../core/ids.ts';
import { hostApiVersion } from '../../manifest/manifest.ts';
import type { ComponentCode } from '../../ports/artifacts.ts';
import { scriptHostProgramFile, translatorVersion } from '../entries.ts';
import {
  decodeProgram,
  isCollected,
  type Program,
  type ProgramWorld,
  sealProgram,
  unsealProgram,
} from '../program.ts';
import type { SandboxEvent } from '../sandbox-event.ts';
import { Preparer } from './preparer.ts';
import { meteringVersion } from './rewrite-core.ts';

const maxComponentBytes = 64 * 1024 * 1024;
/** Worlds are a few kilobytes; programs are kept only while they are being sent. */
const maxRememberedWorlds = 512;

/** A program by the digest of what it was made of. */
export interface StoredProgram {
  readonly digest: Digest;
  readonly world: ProgramWorld;
  readonly isCollected: boolean;
}

/** Programs on disk, made when they are missing. A torn or altered file is as good as none. */
export class ProgramStore implements Disposable {
  readonly #folder: string;
  readonly #onEvent: (event: SandboxEvent) => void;
  readonly #preparer = new Preparer();
  readonly #known = new Map<Digest, StoredProgram>();
  readonly #underWay = new Map<Digest, Promise<StoredProgram>>();
  readonly #suffix = `api-${hostApiVersion}-jco-${translatorVersion()}-metering-${meteringVersion}.program`;
  #scriptHost: Promise<StoredProgram & { readonly bytes: Uint8Array }> | undefined;

  constructor(folder: string, onEvent: (event: SandboxEvent) => void) {
    this.#folder = folder;
    this.#onEvent = onEvent;
  }

  /** The program of a component: remembered, read, or made. @throws `ARTIFACT_*`, `PREPARE_*`, `IMPORT_UNKNOWN`, `API_INCOMPATIBLE` */
  async open(code: ComponentCode, signal: AbortSignal): Promise<StoredProgram> {
    const known = this.#known.get(code.fileDigest);
    if (known) return known;
    // Two entries with one artifact share the work; the first one's abort is then the second one's failure, which it may retry.
    let work = this.#underWay.get(code.fileDigest);
    if (!work) {
      work = this.#open(code, signal).finally(() => this.#underWay.delete(code.fileDigest));
      this.#underWay.set(code.fileDigest, work);
    }
    const stored = await work;
    this.#remember(stored);
    return stored;
  }

  /** The bytes of a program, to be sent to a cell. @throws `INTERNAL` when it has vanished from the cache */
  async bytes(digest: Digest): Promise<Uint8Array> {
    const shipped = await this.#scriptHost;
    if (shipped?.digest === digest) return shipped.bytes;
    const bytes = await this.#read(digest);
    if (bytes) return bytes;
    this.#known.delete(digest);
    throw new SignalboxError('INTERNAL', 'A prepared program has vanished from the cache', {
      hint: 'It is prepared again when the plugin is loaded again',
    });
  }

  /** The component all scripts run in, prepared when the package was built. @throws `INTERNAL` when it was not */
  async scriptHost(): Promise<StoredProgram> {
    this.#scriptHost ??= readScriptHost();
    return await this.#scriptHost;
  }

  [Symbol.dispose](): void {
    this.#preparer[Symbol.dispose]();
  }

  async #open(code: ComponentCode, signal: AbortSignal): Promise<StoredProgram> {
    const startedAt = performance.now();
    const told = (from: 'cache' | 'translation', program: Program): StoredProgram => {
      const { imports, exports } = program;
      this.#onEvent({
        type: 'prepared',
        digest: code.fileDigest,
        from,
        durationMs: performance.now() - startedAt,
      });
      return { digest: code.fileDigest, world: { imports, exports }, isCollected: isCollected(program) };
    };
    const cached = await this.#read(code.fileDigest);
    if (cached) return told('cache', decodeProgram(cached));
    const { program, bytes } = await this.#preparer.translate(await readComponentFile(code), signal);
    await this.#write(code.fileDigest, bytes);
    return told('translation', program);
  }

  #remember(stored: StoredProgram): void {
    this.#known.delete(stored.digest);
    this.#known.set(stored.digest, stored);
    const [oldest] = this.#known.keys();
    if (this.#known.size > maxRememberedWorlds && oldest) this.#known.delete(oldest);
  }

  #file(digest: Digest): string {
    return join(this.#folder, `${digest}-${this.#suffix}`);
  }

  async #read(digest: Digest): Promise<Uint8Array | undefined> {
    const file = await readIfThere(this.#file(digest));
    return file && unsealProgram(file);
  }

  async #write(digest: Digest, bytes: Uint8Array): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const temporary = join(this.#folder, `${digest}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      await writeFile(temporary, sealProgram(bytes), { flag: 'wx' });
      await rename(temporary, this.#file(digest));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

async function readComponentFile({ file, fileDigest }: ComponentCode): Promise<Buffer> {
  const bytes = await readIfThere(file);
  if (!bytes) throw new SignalboxError('ARTIFACT_MISSING', `The artifact "${file}" is gone`);
  if (bytes.length > maxComponentBytes) {
    throw new SignalboxError('ARTIFACT_TOO_LARGE', `The artifact "${file}" has ${bytes.length} bytes`, {
      hint: `At most ${maxComponentBytes} are allowed`,
    });
  }
  if (sha256(bytes) !== fileDigest) {
    throw new SignalboxError('ARTIFACT_INVALID', `The artifact "${file}" changed while it was being loaded`, {
      hint: 'It is loaded again when it has settled',
    });
  }
  return bytes;
}

async function readScriptHost(): Promise<StoredProgram & { readonly bytes: Uint8Array }> {
  const file = await readIfThere(scriptHostProgramFile);
  const bytes = file && unsealProgram(file);
  if (!bytes) {
    throw new SignalboxError('INTERNAL', 'The script host is missing or damaged', {
      hint: 'In a clone run `npm run generate`; else install the package again',
    });
  }
  const { imports, exports } = decodeProgram(bytes);
  return { digest: sha256(bytes), world: { imports, exports }, isCollected: false, bytes };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
