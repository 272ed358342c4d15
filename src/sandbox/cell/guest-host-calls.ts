import { SignalboxError } from '../../core/errors.ts';
import type { Channel } from '../protocol/channel.ts';
import { decodeValue } from '../protocol/decode-value.ts';
import { encodeValue } from '../protocol/encode-value.ts';
import type { Message } from '../protocol/messages.ts';
import { HostRefusal } from './host-refusal.ts';

/** Host calls one guest may have under way; a synchronous guest has one. */
const maxHostCalls = 256;

interface HostCallOptions {
  readonly id: number;
  readonly channel: Channel;
  /** Largest body of a message, either way. */
  readonly maxBytes: number;
  /** The guest waits for an answer. */
  waits(): void;
  /** It cannot go on. */
  fail(error: SignalboxError): void;
}

interface HostCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What one guest asks of its broker, and has not been answered. */
export class GuestHostCalls {
  readonly #options: HostCallOptions;
  readonly #underWay = new Map<number, HostCall>();
  #next = 1;
  #isOver = false;

  constructor(options: HostCallOptions) {
    this.#options = options;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  /** @param isAside the guest goes on meanwhile */
  call(interfaceName: string, fn: string, args: readonly unknown[], isAside: boolean): Promise<unknown> {
    const { id, channel, maxBytes, waits } = this.#options;
    if (this.#isOver) return new Promise(() => {});
    if (this.#underWay.size >= maxHostCalls) {
      return this.#refuse(
        new SignalboxError('GUEST_TRAPPED', `More than ${maxHostCalls} host calls are under way`),
      );
    }
    const body = encodeValue(isAside ? [interfaceName, fn, args, true] : [interfaceName, fn, args]);
    if (body.length > maxBytes) return this.#refuse(tooLarge(`A call of "${fn}"`, body.length, maxBytes));
    const call = this.#take();
    channel.send('host-call', id, call, body);
    channel.flush();
    if (!isAside) waits();
    return new Promise((resolve, reject) => {
      this.#underWay.set(call, { resolve, reject });
    });
  }

  /** What is told now waits in memory until the broker has taken what was sent before. */
  get isBehind(): boolean {
    return !this.#options.channel.isDrained;
  }

  /** Nobody waits for the answer. */
  tell(interfaceName: string, fn: string, args: readonly unknown[]): void {
    const { id, channel, maxBytes } = this.#options;
    const body = encodeValue([interfaceName, fn, args, true]);
    if (this.#isOver || body.length > maxBytes) return;
    channel.send('host-call', id, this.#take(), body);
    channel.flush();
  }

  /** False for an answer nobody waits for: it came too late. */
  reply({ call, body }: Message): boolean {
    const waiting = this.#underWay.get(call);
    if (!waiting) return false;
    this.#underWay.delete(call);
    const [isRefused, value] = decodeValue(body) as readonly [boolean, unknown];
    if (isRefused) waiting.reject(new HostRefusal(value));
    else waiting.resolve(value);
    return true;
  }

  /** The guest is gone; a stack that is suspended in a host call is left to the garbage collector. */
  end(): void {
    this.#isOver = true;
    this.#underWay.clear();
  }

  #refuse(error: SignalboxError): Promise<never> {
    this.#options.fail(error);
    return Promise.reject(error);
  }

  #take(): number {
    const call = this.#next;
    this.#next = (call % 0xffff_ffff) + 1;
    return call;
  }
}

export function tooLarge(what: string, bytes: number, maxBytes: number): SignalboxError {
  return new SignalboxError('MESSAGE_TOO_LARGE', `${what} has ${bytes} bytes`, {
    hint: `The plugin's message_bytes allows ${maxBytes}`,
  });
}
