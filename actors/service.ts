import type { Clock } from '../src/core/clock.ts';
import type { HostEvent } from '../src/ports/capabilities.ts';
import { HeldEvents } from './held-events.ts';
import type { Mailbox } from './mailbox.ts';
import type { Pump } from './pump.ts';

interface ServiceInput {
  readonly mailbox: Mailbox;
  readonly clock: Clock;
  /** How often the guest is told that time has passed; absent means never. */
  readonly tickMs: number | undefined;
}

/**
 * What an instance does for others: takes their calls, hears of events, ticks. Begun and interrupted as often as its session likes, and ended
 * once. A session awaits much and may end meanwhile, so that the end is final here: what comes later is not obeyed.
 */
export class Service {
  readonly #input: ServiceInput;
  readonly #held = new HeldEvents();
  #phase: 'standby' | 'serving' | 'ended' = 'standby';
  #tick: unknown;

  constructor(input: ServiceInput) {
    this.#input = input;
  }

  get isEnded(): boolean {
    return this.#phase === 'ended';
  }

  /** @param hearsEvents what came while it stood by is heard first */
  start(pump: Pump, hearsEvents: boolean): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'serving';
    pump.start();
    if (!hearsEvents) return;
    this.#held.release((event) => this.#input.mailbox.deliver(event));
    this.#scheduleTick();
  }

  /** Takes no more calls and waits for those the instance has. */
  async standBy(pump: Pump): Promise<void> {
    if (this.#phase === 'ended') return;
    this.#phase = 'standby';
    this.#input.clock.clearTimeout(this.#tick);
    await pump.pause();
  }

  /** Takes nothing and ticks no more, for good. False when that was so already. */
  end(): boolean {
    if (this.#phase === 'ended') return false;
    this.#phase = 'ended';
    this.#input.clock.clearTimeout(this.#tick);
    return true;
  }

  deliver(event: HostEvent): void {
    if (this.#phase === 'serving') this.#input.mailbox.deliver(event);
    else if (this.#phase === 'standby') this.#held.hold(event);
  }

  #scheduleTick(): void {
    const { clock, tickMs } = this.#input;
    if (tickMs === undefined) return;
    clock.clearTimeout(this.#tick);
    this.#tick = clock.setTimeout(() => {
      this.deliver({ tag: 'tick' });
      this.#scheduleTick();
    }, tickMs);
  }
}
