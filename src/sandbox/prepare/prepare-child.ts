import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { SignalboxError } from '../../core/errors.ts';
import { hostApiVersion } from '../../manifest/manifest.ts';
import { confine } from '../confinement/confine.ts';
import { coverInheritedDescriptors } from '../confinement/inherited-descriptors.ts';
import { prepareEntry, prepareFlags, prepareReadable } from '../entries.ts';
import type { Program } from '../program.ts';
import { preparePipe, readAnswer, readyByte } from './answer.ts';

const startDeadlineMs = 30_000;
const translateDeadlineMs = 10_000;
const maxHeapMegabytes = 512;
/** Glue, core modules and their heads; more is a bomb. */
const maxAnswerBytes = 192 * 1024 * 1024;

/** A process that translates one component and ends, whatever becomes of it. */
export class PrepareChild {
  readonly #process: ChildProcess;
  readonly #pipe: Duplex;
  readonly #ready: Promise<void>;
  readonly #answer: Promise<Buffer>;

  /** @param isSpare it has time to warm up before it is used */
  constructor(isSpare: boolean) {
    const { file, args } = confine(
      [...prepareFlags(maxHeapMegabytes), prepareEntry, hostApiVersion, ...(isSpare ? ['warm'] : [])],
      prepareReadable(),
    );
    this.#process = spawn(file, args, {
      cwd: '/',
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', ...coverInheritedDescriptors()],
    });
    const pipe = this.#process.stdio[preparePipe];
    if (!(pipe instanceof Duplex)) throw new SignalboxError('INTERNAL', 'A child process has no pipe');
    this.#pipe = pipe;
    // A child that waits must not keep the host alive.
    this.#process.unref();
    this.#process.on('error', () => this.kill());
    pipe.on('error', () => this.kill());
    this.#ready = once(pipe, 'readable').then(() => this.#readReady());
    this.#ready.catch(() => {});
    this.#answer = this.#ready.then(() => this.#collect());
    this.#answer.catch(() => {});
  }

  /** @throws `PREPARE_DEADLINE`, and what `translate` throws */
  async translate(
    component: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ readonly program: Program; readonly bytes: Uint8Array }> {
    try {
      await within(this.#ready, startDeadlineMs, signal);
      this.#pipe.end(component);
      return readAnswer(await within(this.#answer, translateDeadlineMs, signal));
    } finally {
      this.kill();
    }
  }

  kill(): void {
    this.#process.kill('SIGKILL');
    this.#pipe.destroy();
  }

  #readReady(): void {
    const byte: unknown = this.#pipe.read(1);
    if (!Buffer.isBuffer(byte) || byte[0] !== readyByte) {
      throw new SignalboxError('PREPARE_FAILED', 'The translator did not start');
    }
  }

  async #collect(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.#pipe) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) {
        throw new SignalboxError(
          'ARTIFACT_TOO_LARGE',
          `The component makes more than ${maxAnswerBytes} bytes of code`,
        );
      }
    }
    return Buffer.concat(chunks);
  }
}

async function within<T>(work: Promise<T>, deadlineMs: number, signal: AbortSignal): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      reject(
        new SignalboxError(
          'PREPARE_DEADLINE',
          `Translating the component took longer than ${deadlineMs} ms`,
          {
            hint: 'It may be too large, or made to be hard to translate',
          },
        ),
      ),
    deadlineMs,
  );
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
