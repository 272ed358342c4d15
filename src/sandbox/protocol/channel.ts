import { MessageSplitter } from './message-splitter.ts';
import {
  headBytes,
  isControl,
  type Message,
  type MessageKind,
  maxMessageBytes,
  noBody,
  ProtocolError,
  writeMessage,
} from './messages.ts';
import type { Transport } from './transport.ts';

/** Bytes one side may have sent that the other has not worked off. */
const windowBytes = 24 * 1024 * 1024;
/** Credit goes back in portions of this size. Window less portion must hold the largest message, else both could wait forever. */
const creditPortionBytes = windowBytes - maxMessageBytes - headBytes;

export interface ChannelListener {
  /** Until the message is released its bytes count against the sender. */
  onMessage(message: Message): void;
  /** The peer broke the protocol. Nothing is read after that. */
  onBroken(error: ProtocolError): void;
  onClose(): void;
}

const minBatchBytes = 64 * 1024;
const fullBatchBytes = 4 * 1024;
const maxKeptBatchBytes = 1024 * 1024;

/**
 * When a batch goes out by itself: at the end of the microtasks, or with the next turn of the event loop for one who flushes
 * where it matters.
 */
export type FlushRhythm = 'microtask' | 'turn';

/**
 * Messages over a transport: batched, with credit both ways, so that neither side can fill the memory of the other.
 */
export class Channel {
  readonly #transport: Transport;
  readonly #listener: ChannelListener;
  readonly #plan: (flush: () => void) => void;
  readonly #splitter = new MessageSplitter();
  /** Encoded and free to go: the first `#batched` bytes. */
  #batch = Buffer.allocUnsafe(minBatchBytes);
  #batched = 0;
  #isFlushPlanned = false;
  /** Encoded, waiting for credit, in order. */
  readonly #held: Buffer[] = [];
  #credit = windowBytes;
  /** What the peer has sent and we have not given back. */
  #owed = 0;
  #released = 0;
  #isBroken = false;
  #onDrained: (() => void)[] = [];

  constructor(transport: Transport, listener: ChannelListener, rhythm: FlushRhythm) {
    this.#transport = transport;
    this.#listener = listener;
    this.#plan = rhythm === 'microtask' ? queueMicrotask : setImmediate;
    transport.onBytes((bytes) => this.#receive(bytes));
    transport.onClose(() => listener.onClose());
  }

  /** Copies the body. Goes out with the batch, or when there is credit. */
  send(kind: MessageKind, instance: number, call: number, body: Uint8Array = noBody): void {
    const size = headBytes + body.length;
    if (!isControl(kind)) {
      if (this.#held.length > 0 || size > this.#credit) {
        const message = Buffer.allocUnsafe(size);
        writeMessage(message, 0, kind, instance, call, body);
        this.#held.push(message);
        return;
      }
      this.#credit -= size;
    }
    this.#reserve(size);
    this.#batched = writeMessage(this.#batch, this.#batched, kind, instance, call, body);
    // A long batch goes out while the rest is still being written: the other end can begin.
    if (this.#batched >= fullBatchBytes) this.flush();
    else this.#planFlush();
  }

  /** Hands the batch to the transport now: what is not written before a guest runs may never be. */
  flush(): void {
    if (this.#batched === 0) return;
    const bytes = Buffer.from(this.#batch.subarray(0, this.#batched));
    this.#batched = 0;
    if (this.#batch.length > maxKeptBatchBytes) this.#batch = Buffer.allocUnsafe(minBatchBytes);
    this.#transport.send(bytes);
  }

  /** The peer may have to wait for us before it can say what it has to. */
  get isCongested(): boolean {
    return this.#owed > windowBytes - maxMessageBytes;
  }

  /** True when everything sent is with the transport or about to be. */
  get isDrained(): boolean {
    return this.#held.length === 0;
  }

  /** Resolves when the peer has given credit for everything that was sent, and it is out. */
  drained(): Promise<void> {
    if (this.isDrained) return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  /** The message is worked off, once and for all: its sender gets its credit back, in portions. */
  release({ kind, body }: Message): void {
    if (isControl(kind)) return;
    this.#released += headBytes + body.length;
    if (this.#released < creditPortionBytes) return;
    this.#owed -= this.#released;
    this.send('credit', 0, this.#released);
    this.#released = 0;
  }

  close(): void {
    this.#transport.close();
  }

  #reserve(size: number): void {
    if (this.#batched + size <= this.#batch.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#batch.length * 2, this.#batched + size));
    this.#batch.copy(larger, 0, 0, this.#batched);
    this.#batch = larger;
  }

  #planFlush(): void {
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    this.#plan(() => {
      this.#isFlushPlanned = false;
      this.flush();
    });
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isBroken) return;
    try {
      this.#splitter.push(bytes, this.#deliver);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#isBroken = true;
      this.#listener.onBroken(error);
    }
  }

  readonly #deliver = (message: Message): void => {
    if (message.kind === 'credit') {
      this.#gain(message.call);
      return;
    }
    if (isControl(message.kind)) {
      this.#listener.onMessage(message);
      return;
    }
    const size = headBytes + message.body.length;
    this.#owed += size;
    if (this.#owed > windowBytes) throw new ProtocolError(`${this.#owed} bytes were sent without credit`);
    this.#listener.onMessage(message);
  };

  #gain(credit: number): void {
    this.#credit += credit;
    if (credit === 0 || this.#credit > windowBytes)
      throw new ProtocolError(`credit for ${credit} bytes was made up`);
    while (this.#held.length > 0) {
      const [message] = this.#held;
      if (message === undefined || message.length > this.#credit) return;
      this.#held.shift();
      this.#credit -= message.length;
      this.#reserve(message.length);
      this.#batched += message.copy(this.#batch, this.#batched);
      this.#planFlush();
    }
    const waiting = this.#onDrained;
    this.#onDrained = [];
    if (waiting.length > 0) this.flush();
    for (const resolve of waiting) resolve();
  }
}
