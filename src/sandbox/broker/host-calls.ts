import { type ErrorRecord, SignalboxError, toErrorRecord } from '../../core/errors.ts';
import type { HostReply } from '../../ports/host-imports.ts';
import type { InstanceSpec } from '../../ports/sandbox.ts';
import { encodeValue } from '../protocol/encode-value.ts';
import { headBytes, maxMessageBytes, ProtocolError } from '../protocol/messages.ts';
import { ValueError } from '../protocol/value-format.ts';
import { callForScript, scriptCalls } from './script-calls.ts';

/** Host calls one instance may have under way; the cell keeps the same count. */
const maxUnderWay = 256;
const scriptLog = 'signalbox:plugin/log';

export interface HostCallPeer {
  reply(call: number, body: Uint8Array): void;
  /** The guest cannot go on. */
  fail(error: ErrorRecord): void;
}

/** The host calls of one instance: only what was wired is ever run. */
export class HostCalls {
  readonly #spec: InstanceSpec;
  readonly #peer: HostCallPeer;
  /** By number, whether the guest waits for it. */
  readonly #underWay = new Map<number, boolean>();
  readonly #over = new AbortController();

  constructor(spec: InstanceSpec, peer: HostCallPeer) {
    this.#spec = spec;
    this.#peer = peer;
  }

  /** The guest waits for none: it runs, if it has something to do. */
  get isIdle(): boolean {
    return ![...this.#underWay.values()].includes(true);
  }

  /** Runs a host call. `release` is called when its request needs no memory any more. @throws ProtocolError when it is malformed */
  take(call: number, request: unknown, release: () => void): void {
    if (!isHostCall(request)) throw new ProtocolError('a host call is malformed');
    if (this.#underWay.has(call) || this.#underWay.size >= maxUnderWay) {
      throw new ProtocolError('a guest has too many host calls under way');
    }
    const [interfaceName, fn, args, isAside = false] = request;
    this.#underWay.set(call, !isAside);
    const answer = (reply: HostReply): void => {
      release();
      this.#underWay.delete(call);
      if (!this.#over.signal.aborted) this.#answer(call, fn, reply);
    };
    const fail = (thrown: unknown): void => {
      release();
      if (!this.#over.signal.aborted) this.#peer.fail(toErrorRecord(thrown, 'GUEST_TRAPPED'));
    };
    try {
      const reply = this.#run(interfaceName, fn, args);
      if (reply instanceof Promise) reply.then(answer, fail);
      else answer(reply);
    } catch (thrown) {
      fail(thrown);
    }
  }

  /** The guest is gone: whoever works for it may stop, and nobody hears the answers. */
  end(reason: SignalboxError): void {
    this.#over.abort(reason);
  }

  #run(interfaceName: string, fn: string, args: readonly unknown[]): HostReply | Promise<HostReply> {
    const { imports, pluginId, prepared } = this.#spec;
    const functions = Object.hasOwn(imports, interfaceName) ? imports[interfaceName] : undefined;
    const implementation = functions && Object.hasOwn(functions, fn) ? functions[fn] : undefined;
    if (implementation) return implementation(args, this.#over.signal);
    if (prepared.kind === 'script' && interfaceName === scriptCalls) {
      return callForScript(args, imports, this.#over.signal);
    }
    // `console` of a script writes to the log where there is one.
    if (prepared.kind === 'script' && interfaceName === scriptLog)
      return { outcome: 'returned', value: undefined };
    throw new SignalboxError(
      'PERMISSION_DENIED',
      `Plugin "${pluginId}" called "${fn}" of "${interfaceName}", which it was not given`,
      { details: { interface: interfaceName, function: fn } },
    );
  }

  #answer(call: number, fn: string, reply: HostReply): void {
    const isRefused = reply.outcome === 'refused';
    try {
      const body = encodeValue([isRefused, isRefused ? reply.error : reply.value]);
      if (body.length + headBytes > maxMessageBytes) throw new ValueError(`it has ${body.length} bytes`);
      this.#peer.reply(call, body);
    } catch (cause) {
      if (!(cause instanceof ValueError)) throw cause;
      const message = `The answer of "${fn}" cannot be passed: ${cause.message}`;
      this.#peer.fail(new SignalboxError('MESSAGE_TOO_LARGE', message, { cause }).toRecord());
    }
  }
}

function isHostCall(value: unknown): value is readonly [string, string, readonly unknown[], boolean?] {
  return (
    Array.isArray(value) &&
    (value.length === 3 || (value.length === 4 && typeof value[3] === 'boolean')) &&
    typeof value[0] === 'string' &&
    typeof value[1] === 'string' &&
    Array.isArray(value[2])
  );
}
