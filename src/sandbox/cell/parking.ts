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
  #underWay = 0;

  constructor(host: ParkingHost) {
    this.#host = host;
  }

  /** Host calls of its own that have no answer yet: they mean nothing to the guest. */
  get underWay(): number {
    return this.#underWay;
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
    if (this.#isTold) void this.#counted(this.#host.start(wasiSupport, 'wake', []));
  }

  async #tell(): Promise<void> {
    if (!this.#isWanted || this.#isTold) return;
    this.#isTold = true;
    await this.#counted(this.#host.wait(wasiSupport, 'wait', [undefined]));
    this.#isTold = false;
    // Woken late, the guest may wait again by now.
    void this.#tell();
  }

  async #counted(call: Promise<unknown>): Promise<void> {
    this.#underWay += 1;
    await call;
    this.#underWay -= 1;
  }
}
