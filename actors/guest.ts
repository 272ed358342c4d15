import { SignalboxError } from '../src/core/errors.ts';
import type { PluginId } from '../src/core/ids.ts';
import type { CallOutcome, Instance } from '../src/ports/sandbox.ts';
import { refusalError } from './refusal.ts';

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

  /** @throws when it does not give bytes */
  async snapshot(): Promise<Uint8Array> {
    const value = await this.ask('state.snapshot', []);
    if (value instanceof Uint8Array) return value;
    throw new SignalboxError('GUEST_TRAPPED', `Plugin "${this.#id}" gave a snapshot that is not bytes`);
  }

  /** An end of a call that is not a return, as an error. `asked` completes "refused ...". */
  errorOf(outcome: Exclude<CallOutcome, { outcome: 'returned' }>, asked: string): SignalboxError {
    return outcome.outcome === 'refused'
      ? refusalError(this.#id, asked, outcome.error)
      : SignalboxError.fromRecord(outcome.error);
  }
}
