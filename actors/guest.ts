import { type ErrorRecord, SignalboxError } from '../src/core/errors.ts';
import type { PluginId } from '../src/core/ids.ts';
import type { CallOutcome, Instance } from '../src/ports/sandbox.ts';
import { refusalError } from './refusal.ts';

/** State to hand over, or why an instance that goes on does not give it. */
export type Snapshot = { readonly snapshot: Uint8Array } | { readonly error: ErrorRecord };

/** The runtime's own questions to an instance: lifecycle and state. They do not go through the mailbox. */
export class Guest {
  readonly #id: PluginId;
  readonly #instance: Instance;
  readonly #callDeadlineMs: number;

  constructor(id: PluginId, instance: Instance, callDeadlineMs: number) {
    this.#id = id;
    this.#instance = instance;
    this.#callDeadlineMs = callDeadlineMs;
  }

  has(name: string): boolean {
    return this.#instance.exports.includes(name);
  }

  async call(
    name: string,
    args: readonly unknown[],
    deadlineMs = this.#callDeadlineMs,
  ): Promise<CallOutcome> {
    const [outcome] = this.#instance.callAll([{ export: name, args, deadlineMs }]);
    if (outcome) return outcome;
    const error = new SignalboxError('INTERNAL', `Nobody took the call of "${name}"`).toRecord();
    return { outcome: 'failed', error };
  }

  /** @throws why it did not return */
  async ask(name: string, args: readonly unknown[], deadlineMs?: number): Promise<unknown> {
    const outcome = await this.call(name, args, deadlineMs);
    if (outcome.outcome === 'returned') return outcome.value;
    throw this.errorOf(outcome, `"${name}"`);
  }

  /** What it knows, for its successor. @throws when the instance is gone */
  async snapshot(): Promise<Snapshot> {
    const outcome = await this.call('state.snapshot', []);
    if (outcome.outcome === 'failed') throw SignalboxError.fromRecord(outcome.error);
    if (outcome.outcome !== 'returned')
      return { error: this.errorOf(outcome, '"state.snapshot"').toRecord() };
    if (outcome.value instanceof Uint8Array) return { snapshot: outcome.value };
    const message = `Plugin "${this.#id}" gave a snapshot that is not bytes`;
    return { error: new SignalboxError('GUEST_TRAPPED', message).toRecord() };
  }

  /** An end of a call that is not a return, as an error. `asked` completes "refused ...". */
  errorOf(outcome: Exclude<CallOutcome, { outcome: 'returned' }>, asked: string): SignalboxError {
    return outcome.outcome === 'refused'
      ? refusalError(this.#id, asked, outcome.error)
      : SignalboxError.fromRecord(outcome.error);
  }
}
