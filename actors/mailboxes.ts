import { type ErrorRecord, SignalboxError } from '../src/core/errors.ts';
import type { PluginId } from '../src/core/ids.ts';
import { defaultLimits, limitHitOf } from '../src/permissions/limits.ts';
import type { Counters } from './counters.ts';
import { Mailbox } from './mailbox.ts';

/** The mailbox of every plugin the manager knows. It spares the hot path the machines: calls go straight to their mailbox. */
export class Mailboxes {
  readonly #boxes = new Map<PluginId, Mailbox>();
  readonly #counters: Counters;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  get(id: PluginId): Mailbox | undefined {
    return this.#boxes.get(id);
  }

  /** The mailbox of a plugin, made closed when it is new. */
  of(id: PluginId): Mailbox {
    const known = this.#boxes.get(id);
    if (known) return known;
    const box = new Mailbox({
      capacity: defaultLimits.mailbox_calls,
      onRejected: (error) => {
        this.#counters.count('plugin.calls.rejected', id);
        const hit = limitHitOf(error);
        if (hit) this.#counters.limit(id, hit);
      },
    });
    box.close(() => new SignalboxError('PLUGIN_NOT_READY', `Plugin "${id}" has not started yet`).toRecord());
    this.#boxes.set(id, box);
    return box;
  }

  remove(id: PluginId, reason: () => ErrorRecord): void {
    this.#boxes.get(id)?.close(reason);
    this.#boxes.delete(id);
  }

  closeAll(reason: () => ErrorRecord): void {
    for (const box of this.#boxes.values()) box.close(reason);
  }
}
