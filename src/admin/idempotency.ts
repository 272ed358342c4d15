import type { Clock } from '../core/clock.ts';
import { SignalboxError } from '../core/errors.ts';
import type { Digest } from '../core/ids.ts';
import type { Answer } from './answer.ts';

interface Remembered {
  /** Of everything that makes the request what it is. */
  readonly fingerprint: Digest;
  readonly at: number;
  /** Undefined while it is under way. */
  answer: Answer | undefined;
}

const keyForm = /^[\x21-\x7e]{1,255}$/;
const rememberedMs = 24 * 60 * 60 * 1_000;
const maxKeys = 1_000;
const maxChars = 8_000_000;

/**
 * Lets a client repeat a request whose answer it never got (draft-ietf-httpapi-idempotency-key-header): the second one with a
 * key gets the answer of the first. Keys belong to whoever sent them. The oldest are forgotten when there are too many.
 */
export class IdempotencyKeys {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #remembered = new Map<string, Remembered>();
  #chars = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /**
   * Does `work` unless it was done for this key before.
   *
   * @throws `API_REQUEST_INVALID` for what cannot be a key, `API_KEY_REUSED` for one of another request, `API_KEY_BUSY`
   */
  async once(
    owner: string,
    key: string,
    fingerprint: Digest,
    work: () => Promise<Answer>,
  ): Promise<{ readonly answer: Answer; readonly isRepeated: boolean }> {
    if (!keyForm.test(key)) {
      throw new SignalboxError(
        'API_REQUEST_INVALID',
        'The Idempotency-Key is not 1 to 255 visible characters',
      );
    }
    this.#forget();
    const name = `${owner} ${key}`;
    const known = this.#remembered.get(name);
    if (known) {
      if (known.fingerprint !== fingerprint) {
        throw new SignalboxError('API_KEY_REUSED', 'This Idempotency-Key was used for another request', {
          hint: 'Make a new key for each request',
        });
      }
      if (known.answer) return { answer: known.answer, isRepeated: true };
      throw new SignalboxError('API_KEY_BUSY', 'The request with this Idempotency-Key is under way');
    }
    const entry: Remembered = { fingerprint, at: this.#clock.now(), answer: undefined };
    this.#remembered.set(name, entry);
    try {
      const answer = await work();
      // What failed for reasons of ours may go well the next time.
      if (answer.status < 500) {
        entry.answer = answer;
        this.#chars += answer.body?.length ?? 0;
      }
      return { answer, isRepeated: false };
    } finally {
      if (!entry.answer) this.#remembered.delete(name);
    }
  }

  /** What is under way is kept: forgetting it would let it be done twice. */
  #forget(): void {
    const before = this.#clock.now() - rememberedMs;
    for (const [name, { at, answer }] of this.#remembered) {
      const isTooMuch = this.#remembered.size >= maxKeys || this.#chars > maxChars;
      if (!isTooMuch && at > before) return;
      if (!answer) continue;
      this.#remembered.delete(name);
      this.#chars -= answer.body?.length ?? 0;
    }
  }
}
