import { Resource, type ResourceNumbers } from '../wasi/resource.ts';
import { WitError } from '../wasi/wit-error.ts';

/** Nanoseconds, or none. */
type Timeout = bigint | undefined;

interface Timeouts {
  readonly connect: Timeout;
  readonly firstByte: Timeout;
  readonly betweenBytes: Timeout;
}

const none: Timeouts = { connect: undefined, firstByte: undefined, betweenBytes: undefined };

/** `request-options`. What is set is there to be read; the host keeps its own timeouts, and none is longer. */
export class HttpRequestOptions extends Resource {
  readonly #isImmutable: boolean;
  #timeouts: Timeouts;

  constructor(numbers: ResourceNumbers, from?: HttpRequestOptions, isImmutable = false) {
    super(numbers);
    this.#timeouts = from ? from.#timeouts : none;
    this.#isImmutable = isImmutable;
  }

  getConnectTimeout(): Timeout {
    return this.#timeouts.connect;
  }

  getFirstByteTimeout(): Timeout {
    return this.#timeouts.firstByte;
  }

  getBetweenBytesTimeout(): Timeout {
    return this.#timeouts.betweenBytes;
  }

  setConnectTimeout(connect: Timeout): void {
    this.#set({ connect });
  }

  setFirstByteTimeout(firstByte: Timeout): void {
    this.#set({ firstByte });
  }

  setBetweenBytesTimeout(betweenBytes: Timeout): void {
    this.#set({ betweenBytes });
  }

  #set(changed: Partial<Timeouts>): void {
    if (this.#isImmutable) throw new WitError({ tag: 'immutable' });
    this.#timeouts = { ...this.#timeouts, ...changed };
  }
}
