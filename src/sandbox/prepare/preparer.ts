import type { Program } from '../program.ts';
import { PrepareChild } from './prepare-child.ts';

/** Children that translate at the same time; each takes a core and up to half a gigabyte. */
const maxChildren = 2;

/** Translates components, each in a process of its own, with one warm process waiting for the next. */
export class Preparer implements Disposable {
  readonly #running = new Set<PrepareChild>();
  readonly #waiting: (() => void)[] = [];
  #free = maxChildren;
  #spare: PrepareChild | undefined;
  #isDisposed = false;

  /** @throws `ARTIFACT_*`, `IMPORT_UNKNOWN`, `API_INCOMPATIBLE`, `PREPARE_FAILED`, `PREPARE_DEADLINE`, the signal's reason */
  async translate(
    component: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ readonly program: Program; readonly bytes: Uint8Array }> {
    await this.#turn();
    const child = this.#spare ?? new PrepareChild(false);
    this.#spare = undefined;
    this.#running.add(child);
    try {
      return await child.translate(component, signal);
    } finally {
      this.#running.delete(child);
      this.#free += 1;
      this.#waiting.shift()?.();
      if (!this.#isDisposed) this.#spare ??= new PrepareChild(true);
    }
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#spare?.kill();
    for (const child of this.#running) child.kill();
  }

  async #turn(): Promise<void> {
    while (this.#free === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    }
    this.#free -= 1;
  }
}
