import { wasiSupport } from '../../core/wasi.ts';

/** A guest that is back sooner did not wait: telling of it would cost more. */
const settleMs = 2;

/** How the parking of one guest reaches its broker. */
export interface ParkingHost {
  /** The guest waits for the answer. */
  wait(interfaceName: string, fn: string, args: readonly unknown[]): Promise<unknown>;
  /** It does not. */
  start(interfaceName: string, fn: string, args: readonly unknown[]): Promise<unknown>;
}

/**
 * Tells the broker while a guest with tasks waits, by a host call that lasts as long: each of its own questions says nothing, since other
 * tasks go on.
 */
export class Parking {
  readonly #host: ParkingHost;
  #timer: NodeJS.Timeout | undefined;
  #isWanted = false;
  #isTold = false;

  constructor(host: ParkingHost) {
    this.#host = host;
  }

  begin(): void {
    this.#isWanted = true;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#tell();
    }, settleMs);
  }

  end(): void {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isTold) void this.#host.start(wasiSupport, 'wake', []);
  }

  async #tell(): Promise<void> {
    if (!this.#isWanted || this.#isTold) return;
    this.#isTold = true;
    await this.#host.wait(wasiSupport, 'wait', [undefined]);
    this.#isTold = false;
    // Woken late, the guest may wait again by now.
    void this.#tell();
  }
}
