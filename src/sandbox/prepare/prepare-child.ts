import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { SignalboxError } from '../../core/errors.ts';
import { hostApiVersion } from '../../manifest/manifest.ts';
import { startConfined } from '../confinement/start-confined.ts';
import { prepareArguments, prepareReadable } from '../entries.ts';
import type { Program } from '../program.ts';
import { preparePipe, readAnswer, readyByte } from './answer.ts';
import { causeIn, LastWords } from './last-words.ts';

/** Below cells: a component may wait to be loaded, calls to plugins that serve go first. Several threads of a translator are one against a cell's. */
export const translatorNiceness = 10;
const startDeadlineMs = 30_000;
/** A component of a whole JavaScript engine (12 MB) takes 3 s, and on a busy machine three times that. */
const translateDeadlineMs = 30_000;
/** Glue, core modules and their heads; more is a bomb. */
const maxAnswerBytes = 192 * 1024 * 1024;

/** A process that translates one component and ends, whatever becomes of it. */
export class PrepareChild {
  readonly #process: ChildProcess;
  readonly #pipe: Duplex;
  readonly #ready: Promise<void>;
  readonly #answer: Promise<Buffer>;

  readonly #closed: Promise<unknown>;
  readonly #lastWords: LastWords;

  /**
   * @param isSpare it has time to warm up before it is used
   * @param nodeArguments what it runs
   */
  constructor(isSpare: boolean, nodeArguments = prepareArguments(hostApiVersion, isSpare)) {
    this.#process = startConfined({
      nodeArguments,
      readable: prepareReadable(),
      niceness: translatorNiceness,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#closed = new Promise((resolve) => this.#process.once('close', resolve));
    this.#lastWords = new LastWords(this.#process.stderr);
    const pipe = this.#process.stdio[preparePipe];
    if (!(pipe instanceof Duplex)) throw new SignalboxError('INTERNAL', 'A child process has no pipe');
    this.#pipe = pipe;
    // A child that waits must not keep the host alive.
    this.#process.unref();
    this.#process.on('error', () => this.kill());
    pipe.on('error', () => this.kill());
    this.#ready = Promise.race([once(pipe, 'readable'), this.#closed]).then(() => this.#readReady());
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
      const answer = await within(this.#answer, translateDeadlineMs, signal);
      if (answer.length === 0) throw await this.#death('The translator stopped without an answer');
      return readAnswer(answer);
    } finally {
      this.kill();
    }
  }

  kill(): void {
    this.#process.kill('SIGKILL');
    this.#pipe.destroy();
  }

  async #readReady(): Promise<void> {
    const byte: unknown = this.#pipe.read(1);
    if (Buffer.isBuffer(byte) && byte[0] === readyByte) return;
    throw await this.#death('The translator did not start');
  }

  /** What it died of, as far as it or the system said. */
  async #death(what: string): Promise<SignalboxError> {
    // What it wrote last may still be on its way.
    this.#process.kill('SIGKILL');
    await this.#closed;
    const { exitCode } = this.#process;
    const said = this.#lastWords.lines;
    const cause = causeIn(said) ?? (exitCode === null ? 'it was killed' : `it ended with code ${exitCode}`);
    return new SignalboxError('PREPARE_FAILED', `${what}: ${cause}`, {
      hint: 'The component may need more memory to translate than is allowed, or the machine has too little',
      ...(said.length > 0 && { details: { output: said } }),
    });
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
