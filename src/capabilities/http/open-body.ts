import { brokenOff, RequestFailure } from './failure.ts';
import type { Lifetime } from './lifetime.ts';
import type { SecretMask } from './secret-mask.ts';

interface OpenBodyOptions {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly lifetime: Lifetime;
  /** Longest a read waits for the server. */
  readonly idleMs: number;
  readonly maxBytes: number;
  readonly mask: SecretMask;
}

/** The body of one response, pulled by its guest. A guest that does not read holds up the server, and nothing piles up here. */
export class OpenBody {
  readonly #options: OpenBodyOptions;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #ready: Uint8Array = new Uint8Array();
  #taken = 0;
  #isAtEnd = false;
  #isOver = false;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(options: OpenBodyOptions) {
    this.#options = options;
    this.#chunks = options.chunks[Symbol.asyncIterator]();
  }

  /**
   * The next bytes, at most so many; none at the end. Reads that overlap are answered in their order.
   *
   * @throws RequestFailure which also ends the lifetime
   */
  read(length: number): Promise<Uint8Array> {
    const reading = this.#reading.then(() => this.#next(length));
    this.#reading = reading.catch(() => {});
    return reading;
  }

  async #next(length: number): Promise<Uint8Array> {
    const { lifetime } = this.#options;
    try {
      lifetime.signal.throwIfAborted();
      while (this.#ready.length === 0 && !this.#isAtEnd) this.#ready = await this.#pull();
      const bytes = new Uint8Array(this.#ready.subarray(0, length));
      this.#ready = this.#ready.subarray(length);
      return bytes;
    } catch (cause) {
      const failure = brokenOff('The server broke off', cause);
      lifetime.end(failure);
      throw failure;
    }
  }

  async #pull(): Promise<Uint8Array> {
    const { lifetime, idleMs, maxBytes, mask } = this.#options;
    if (this.#isOver) throw new RequestFailure({ tag: 'response-too-large', val: BigInt(maxBytes) });
    const next = await lifetime.within(idleMs, this.#chunks.next());
    if (next.done) {
      this.#isAtEnd = true;
      return mask.rest();
    }
    const room = maxBytes - this.#taken;
    // What fits is given; who asks for more hears why there is none.
    this.#isOver = next.value.length > room;
    const fitting = next.value.subarray(0, room);
    this.#taken += fitting.length;
    return mask.next(fitting);
  }
}
