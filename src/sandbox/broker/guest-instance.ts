import { type ErrorRecord, SignalboxError } from '../../core/errors.ts';
import type { LimitHit } from '../../permissions/limits.ts';
import type { CallOutcome, CallRequest, Instance, InstanceSpec, Usage } from '../../ports/sandbox.ts';
import { headBytes, type Message, maxMessageBytes, ProtocolError } from '../protocol/messages.ts';
import { usageBytes } from '../protocol/usage.ts';
import { CallTable, type PendingCall } from './call-table.ts';
import { Deadline } from './deadline.ts';
import { encodeCall } from './encode-call.ts';
import type { Unbegun } from './heartbeat.ts';
import { HostCalls } from './host-calls.ts';
import type { InstanceCell } from './instance-cell.ts';
import { bodyOf, errorIn, reportIn, scriptResult } from './reported.ts';

/** The broker's side of one guest: checks what its cell says of it, keeps its deadlines, does its host calls. */
export class GuestInstance implements Instance {
  readonly id: number;
  readonly cell: string;
  readonly tier: string;
  readonly maxBytes: number;
  readonly closed: Promise<ErrorRecord | undefined>;
  /** Settles when the guest can be called. @throws why it cannot */
  readonly ready: Promise<this>;
  exports: readonly string[] = [];

  readonly #cell: InstanceCell;
  readonly #spec: InstanceSpec;
  readonly #calls = new CallTable();
  readonly #deadline = new Deadline();
  readonly #hostCalls: HostCalls;
  readonly #settleReady: PromiseWithResolvers<this>;
  readonly #settleClosed = Promise.withResolvers<ErrorRecord | undefined>();
  /** All its tasks wait. */
  #isParked = false;
  #phase: 'sent' | 'instantiating' | 'ready' | 'gone' = 'sent';

  constructor(id: number, cell: InstanceCell, spec: InstanceSpec) {
    this.id = id;
    this.cell = cell.label;
    this.tier = cell.tier;
    this.#cell = cell;
    this.#spec = spec;
    this.maxBytes = Math.min(spec.limits.message_bytes, maxMessageBytes - headBytes - usageBytes);
    this.closed = this.#settleClosed.promise;
    this.#settleReady = Promise.withResolvers<this>();
    this.ready = this.#settleReady.promise;
    this.ready.catch(() => {});
    this.#hostCalls = new HostCalls(spec, {
      reply: (call, body) => cell.send('reply', id, call, body),
      fail: (error) => this.end(error, true),
    });
  }

  /** On the processor, as far as anyone outside can know: entered, and not waiting for the host. */
  get isRunning(): boolean {
    if (this.#isParked || !this.#hostCalls.isIdle) return false;
    return this.#phase === 'instantiating' || this.#calls.current !== undefined;
  }

  /** What is first in line, when its cell has not begun it. */
  get unbegun(): Unbegun | undefined {
    if (this.#phase === 'sent')
      return { instance: this.id, call: 0, deadlineMs: this.#spec.limits.init_deadline_ms };
    const next = this.#phase === 'ready' ? this.#calls.next : undefined;
    return next && { instance: this.id, call: next.call, deadlineMs: next.request.deadlineMs };
  }

  callAll(requests: readonly CallRequest[]): readonly Promise<CallOutcome>[] {
    return requests.map((request) => this.#call(request));
  }

  async close(): Promise<void> {
    this.end(undefined, true);
  }

  /** The guest is gone, for a reason or because its owner let go of it. Whatever waits is answered. */
  end(reason: ErrorRecord | undefined, isAliveInCell: boolean): void {
    if (this.#phase === 'gone') return;
    const wasRunning = this.isRunning;
    this.#phase = 'gone';
    this.#deadline.dispose();
    const told =
      reason ??
      new SignalboxError(
        'CALL_ABORTED',
        `Plugin "${this.#spec.pluginId}": its instance was closed`,
      ).toRecord();
    if (wasRunning && this.#calls.isAheadPossible) this.#cell.suspect(this.#spec.pluginId);
    if (!this.#calls.isEmpty) this.#cell.setBusy(false);
    this.#calls.failAll(told);
    this.#settleReady.reject(SignalboxError.fromRecord(told));
    this.#hostCalls.end(SignalboxError.fromRecord(told));
    if (isAliveInCell) this.#cell.drop(this.id, wasRunning);
    this.#settleClosed.resolve(reason);
  }

  /** Takes a report of the cell. @throws ProtocolError when it cannot be true */
  take(message: Message): void {
    if (message.kind === 'host-call') {
      this.#hostCall(message);
      return;
    }
    this.#cell.release(message);
    switch (message.kind) {
      case 'instantiated':
        this.#instantiated(message.body);
        return;
      case 'entered':
      case 'run':
        this.#entered(message.call, message.kind === 'run');
        return;
      case 'returned':
      case 'refused':
        this.#answered(message, message.kind);
        return;
      case 'parked':
      case 'resumed':
        this.#parked(message.kind === 'parked');
        return;
      case 'rejected':
        this.#rejected(message);
        return;
      case 'failed':
        this.#failed(message);
        return;
      default:
        throw new ProtocolError(`"${message.kind}" is not said of an instance`);
    }
  }

  #call(request: CallRequest): Promise<CallOutcome> {
    const rejected = (error: SignalboxError): Promise<CallOutcome> =>
      Promise.resolve({ outcome: 'rejected', error: error.toRecord() });
    if (this.#phase !== 'ready') {
      const error = new SignalboxError(
        'PLUGIN_NOT_READY',
        `Plugin "${this.#spec.pluginId}": its instance is gone`,
        {
          details: { entered: false },
        },
      );
      return Promise.resolve({ outcome: 'failed', error: error.toRecord() });
    }
    if (request.signal?.aborted) return rejected(this.#aborted(request));
    const body = encodeCall(request, this.#spec, this.maxBytes);
    if (body instanceof SignalboxError) return rejected(body);
    const isFirst = this.#cell.isQuiet;
    if (this.#calls.isEmpty) this.#cell.setBusy(true);
    const pending = this.#calls.add(request, (aborted) => this.#abort(aborted));
    this.#cell.send(isFirst ? 'first-call' : 'call', this.id, pending.call, body);
    if (isFirst) this.#entered(pending.call, false);
    return pending.outcome;
  }

  #abort(pending: PendingCall): void {
    const error = this.#aborted(pending.request);
    if (pending === this.#calls.current) {
      this.end(error.toRecord(), true);
      return;
    }
    pending.settle({ outcome: 'rejected', error: error.toRecord() });
    this.#cell.send('cancel', this.id, pending.call);
  }

  #aborted({ export: name }: CallRequest): SignalboxError {
    return new SignalboxError('CALL_ABORTED', `The call of "${name}" was aborted by its caller`);
  }

  #instantiated(body: Uint8Array): void {
    const { value: exports } = reportIn(body, this.maxBytes);
    if (
      this.#phase !== 'instantiating' ||
      !Array.isArray(exports) ||
      !exports.every((name) => typeof name === 'string')
    ) {
      throw new ProtocolError('an instance was announced that cannot be');
    }
    this.exports = exports;
    this.#phase = 'ready';
    this.#deadline.clear();
    this.#settleReady.resolve(this);
  }

  #entered(call: number, isRun: boolean): void {
    if (call === 0) {
      if (this.#phase !== 'sent') throw new ProtocolError('an instance was entered twice for the first time');
      this.#phase = 'instantiating';
      const { init_deadline_ms: deadlineMs } = this.#spec.limits;
      this.#deadline.start(deadlineMs, () => this.#expire('Instantiating', deadlineMs));
      return;
    }
    const pending = this.#calls.enter(call, isRun);
    if (this.#checkWanted(pending)) this.#startDeadline(pending);
  }

  /** Its caller gave up while the cell was about to enter it: that is an abort in flight. */
  #checkWanted(pending: PendingCall): boolean {
    if (pending.isSettled) this.end(this.#aborted(pending.request).toRecord(), true);
    return !pending.isSettled;
  }

  #startDeadline({ request: { export: name, deadlineMs } }: PendingCall): void {
    this.#deadline.start(deadlineMs, () => this.#expire(`The call of "${name}"`, deadlineMs));
  }

  #expire(what: string, deadlineMs: number): void {
    const name = this.#phase === 'instantiating' ? 'init_deadline_ms' : 'call_deadline_ms';
    const limit: LimitHit = { name, reached: deadlineMs, allowed: deadlineMs };
    const error = new SignalboxError('CALL_DEADLINE', `${what} took longer than ${deadlineMs} ms`, {
      details: { limit },
    });
    this.end(error.toRecord(), true);
  }

  #answered({ call, body }: Message, outcome: 'returned' | 'refused'): void {
    const { value, usage: told } = reportIn(body, this.maxBytes);
    const pending = this.#leave(call);
    if (!this.#checkWanted(pending)) return;
    const usage = this.#possible(told, pending);
    if (outcome === 'refused') pending.settle({ outcome, error: value, usage });
    else if (this.#spec.prepared.kind === 'component') pending.settle({ outcome, value, usage });
    else this.#scriptReturned(pending, value, usage);
  }

  #scriptReturned(pending: PendingCall, text: unknown, usage: Usage): void {
    if (typeof text !== 'string') throw new ProtocolError('a script returned what is not JSON text');
    const result = scriptResult(text, pending.request.export);
    if ('value' in result) {
      pending.settle({ outcome: 'returned', value: result.value, usage });
      return;
    }
    pending.settle({ outcome: 'failed', error: result.error });
    this.end(result.error, true);
  }

  #rejected({ call, body }: Message): void {
    const error = errorIn(bodyOf(body, this.maxBytes));
    this.#leave(call).settle({ outcome: 'rejected', error });
  }

  #failed({ call, body }: Message): void {
    const { value, usage } = reportIn(body, this.maxBytes);
    const error = errorIn(value);
    const isInstantiation = call === 0;
    if (isInstantiation === (this.#phase === 'ready'))
      throw new ProtocolError('an instance failed at what it was not doing');
    if (!isInstantiation) {
      const details = { ...error.details, entered: true };
      const pending = this.#leave(call);
      const possible = this.#possible(usage, pending);
      pending.settle({ outcome: 'failed', error: { ...error, details }, usage: possible });
    }
    this.end(error, false);
  }

  /** No more than the call could use: it is charged to its plugin, which a fallen cell would keep from being called for days. */
  #possible({ fuel, cpuMs, memoryBytes }: Usage, { request }: PendingCall): Usage {
    const { fuel_per_call, memory_bytes } = this.#spec.limits;
    return {
      fuel: Math.min(fuel, fuel_per_call),
      cpuMs: Math.min(cpuMs, request.deadlineMs),
      memoryBytes: Math.min(memoryBytes, memory_bytes),
    };
  }

  /** The guest has returned to its cell. */
  #leave(call: number): PendingCall {
    const pending = this.#calls.leave(call);
    const { current } = this.#calls;
    if (current) this.#startDeadline(current);
    else this.#deadline.clear();
    if (this.#calls.isEmpty) this.#cell.setBusy(false);
    return pending;
  }

  #parked(isParked: boolean): void {
    this.#calls.act();
    this.#isParked = isParked;
  }

  #hostCall(message: Message): void {
    if (this.#phase !== 'instantiating') this.#calls.act();
    const release = (): void => this.#cell.release(message);
    this.#hostCalls.take(message.call, bodyOf(message.body, this.maxBytes), release);
  }
}
