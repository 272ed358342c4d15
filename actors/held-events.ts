import type { HostEvent } from '../src/ports/capabilities.ts';
import { coalesceKey, mergeEvents } from './host-events.ts';

/** Events that came while an instance did not serve, one of each kind. */
export class HeldEvents {
  readonly #events = new Map<string, HostEvent>();

  hold(event: HostEvent): void {
    const key = coalesceKey(event);
    const held = this.#events.get(key);
    this.#events.set(key, held ? mergeEvents(held, event) : event);
  }

  /** Hands them over in the order they came, and holds none. */
  release(deliver: (event: HostEvent) => void): void {
    const events = [...this.#events.values()];
    this.#events.clear();
    for (const event of events) deliver(event);
  }
}
