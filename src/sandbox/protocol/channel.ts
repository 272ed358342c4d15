import { MessageSplitter } from './message-splitter.ts';
import {
  encodeMessage,
  headBytes,
  isControl,
  type Message,
  type MessageKind,
  maxMessageBytes,
  ProtocolError,
} from './messages.ts';
import type { Transport } from './transport.ts';

/** Bytes one side may have sent that the other has not worked off. */
const windowBytes = 24 * 1024 * 1024;
/** Credit goes back in portions of this size. Window less portion must hold the largest message, else both could wait forever. */
const creditPortionBytes = windowBytes - maxMessageBytes - headBytes;

export interface ChannelListener {
  /** `release` says that the message is worked off; until then its bytes count against the sender. */
  onMessage(message: Message, release: () => void): void;
  /** The peer broke the protocol. Nothing is read after that. */
  onBroken(error: ProtocolError): void;
  onClose(): void;
}

/**
 * Messages over a transport: batched until the end of the microtask queue, with credit both ways, so that neither side can
 * fill the memory of the other.
 */
export class Channel {
  readonly #transport: Transport;
  readonly #listener: ChannelListener;
  readonly #splitter = new MessageSplitter();
  /** Encoded and free to go. */
  #batch: Buffer[] = [];
  #isFlushPlanned = false;
  /** Encoded, waiting for credit, in order. */
  readonly #held: Buffer[] = [];
  #credit = windowBytes;
  /** What the peer has sent and we have not given back. */
  #owed = 0;
  #released = 0;
  #isBroken = false;
  #onDrained: (() => void)[] = [];

  constructor(transport: Transport, listener: ChannelListener) {
    this.#transport = transport;
    this.#listener = listener;
    transport.onBytes((bytes) => this.#receive(bytes));
    transport.onClose(() => listener.onClose());
  }

  send(kind: MessageKind, instance: number, call: number, body?: Uint8Array): void {
    const message = encodeMessage(kind, instance, call, body);
    if (isControl(kind)) this.#post(message);
    else if (this.#held.length > 0 || message.length > this.#credit) this.#held.push(message);
    else this.#spend(message);
  }

  /** Hands the batch to the transport now: what is not written before a guest runs may never be. */
  flush(): void {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    const [first] = batch;
    this.#transport.send(batch.length === 1 && first ? first : Buffer.concat(batch));
  }

  /** True when everything sent is with the transport or about to be. */
  get isDrained(): boolean {
    return this.#held.length === 0;
  }

  /** Resolves when the peer has given credit for everything that was sent. */
  drained(): Promise<void> {
    if (this.isDrained) return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  close(): void {
    this.#transport.close();
  }

  #spend(message: Buffer): void {
    this.#credit -= message.length;
    this.#post(message);
  }

  #post(message: Buffer): void {
    this.#batch.push(message);
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    queueMicrotask(() => {
      this.#isFlushPlanned = false;
      this.flush();
    });
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isBroken) return;
    try {
      for (const message of this.#splitter.push(bytes)) {
        if (message.kind === 'credit') this.#gain(message.call);
        else if (isControl(message.kind)) this.#listener.onMessage(message, nothing);
        else this.#deliver(message);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#isBroken = true;
      this.#listener.onBroken(error);
    }
  }

  #deliver(message: Message): void {
    const size = headBytes + message.body.length;
    this.#owed += size;
    if (this.#owed > windowBytes) throw new ProtocolError(`${this.#owed} bytes were sent without credit`);
    let isReleased = false;
    this.#listener.onMessage(message, () => {
      if (isReleased) return;
      isReleased = true;
      this.#released += size;
      if (this.#released < creditPortionBytes) return;
      this.#owed -= this.#released;
      this.#post(encodeMessage('credit', 0, this.#released));
      this.#released = 0;
    });
  }

  #gain(credit: number): void {
    this.#credit += credit;
    if (credit === 0 || this.#credit > windowBytes)
      throw new ProtocolError(`credit for ${credit} bytes was made up`);
    while (this.#held.length > 0) {
      const [message] = this.#held;
      if (message === undefined || message.length > this.#credit) return;
      this.#held.shift();
      this.#spend(message);
    }
    const waiting = this.#onDrained;
    this.#onDrained = [];
    for (const resolve of waiting) resolve();
  }
}

function nothing(): void {}
