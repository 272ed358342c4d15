import { SignalboxError } from '../../core/errors.ts';
import type { Channel } from '../protocol/channel.ts';
import { decodeValue } from '../protocol/decode-value.ts';
import { encodeValue } from '../protocol/encode-value.ts';
import type { Message } from '../protocol/messages.ts';
import { HostRefusal } from './host-refusal.ts';

/** Host calls one guest may have under way; a synchronous guest has one. */
const maxHostCalls = 256;

interface AskedHostOptions {
  readonly instance: number;
  readonly channel: Channel;
  readonly maxBytes: number;
  readonly isGone: () => boolean;
  /** The guest cannot go on. */
  readonly doom: (error: SignalboxError) => void;
  /** The guest waits from here on. */
  readonly onWait: () => void;
}

interface HostCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The host calls of one guest that wait for the broker. */
export class AskedHost {
  readonly #options: AskedHostOptions;
  readonly #waiting = new Map<number, HostCall>();
  #next = 1;

  constructor(options: AskedHostOptions) {
    this.#options = options;
  }

  /** @param isAside the guest goes on meanwhile */
  ask(interfaceName: string, fn: string, args: readonly unknown[], isAside = false): Promise<unknown> {
    const { maxBytes, isGone, onWait } = this.#options;
    if (isGone()) return new Promise(() => {});
    if (this.#waiting.size >= maxHostCalls) {
      return this.#refuse(
        new SignalboxError('GUEST_TRAPPED', `More than ${maxHostCalls} host calls are under way`),
      );
    }
    const body = encodeValue(isAside ? [interfaceName, fn, args, true] : [interfaceName, fn, args]);
    if (body.length > maxBytes) {
      return this.#refuse(tooLarge(`A call of "${fn}"`, body.length, maxBytes));
    }
    const call = this.#send(body);
    if (!isAside) onWait();
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
    });
  }

  /** Nobody waits for the answer. When the broker is behind, there is nothing to tell it with. */
  tell(interfaceName: string, fn: string, args: readonly unknown[]): void {
    const { channel, maxBytes, isGone } = this.#options;
    const body = encodeValue([interfaceName, fn, args, true]);
    if (!isGone() && channel.isDrained && body.length <= maxBytes) this.#send(body);
  }

  /** Takes an answer; one that nobody waits for came too late. @param onResume the guest goes on from here */
  answer({ call, body }: Message, onResume: () => void): void {
    const waiting = this.#waiting.get(call);
    if (!waiting) return;
    this.#waiting.delete(call);
    onResume();
    const [isRefused, value] = decodeValue(body) as readonly [boolean, unknown];
    if (isRefused) waiting.reject(new HostRefusal(value));
    else waiting.resolve(value);
  }

  /** Whoever waits does so for ever: the guest is gone. */
  forget(): void {
    this.#waiting.clear();
  }

  #send(body: Uint8Array): number {
    const { instance, channel } = this.#options;
    const call = this.#next;
    this.#next = (call % 0xffff_ffff) + 1;
    channel.send('host-call', instance, call, body);
    channel.flush();
    return call;
  }

  #refuse(error: SignalboxError): Promise<never> {
    this.#options.doom(error);
    return Promise.reject(error);
  }
}

export function tooLarge(what: string, bytes: number, maxBytes: number): SignalboxError {
  return new SignalboxError('MESSAGE_TOO_LARGE', `${what} has ${bytes} bytes`, {
    hint: `The plugin's message_bytes allows ${maxBytes}`,
  });
}
