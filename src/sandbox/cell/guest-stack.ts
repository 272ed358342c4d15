import { SignalboxError } from '../../core/errors.ts';
import { type WasmCall, wasm } from './web-assembly.ts';
import { yieldFunction } from './yield-function.ts';

/** What is to be known of the stacks of a guest. */
export interface StackWatcher {
  /** The glue is about to read a message from the guest's memory. */
  lift(what: 'arguments' | 'result'): void;
  /** Code of the guest runs from here on. */
  entered(): void;
  /** It has ended, or was suspended by an import. */
  left(): void;
  /** It is suspended where it stands. What this gives back is called when it goes on. */
  pause(): () => void;
}

/**
 * Knows whether a guest can be suspended: while wasm runs below `promising` and none of our frames stand between. The generated glue
 * also calls into wasm directly (to allocate, to clean up, to start), and V8 traps a guest that is suspended there.
 */
export class GuestStack {
  readonly #watcher: StackWatcher;
  /** How each suspended stack is made to go on with a throw. */
  readonly #suspended = new Set<(error: SignalboxError) => void>();
  #isSuspendable = false;
  #isOver = false;
  #entries = 0;
  #onPause: () => () => void = () => () => {};

  constructor(watcher: StackWatcher) {
    this.#watcher = watcher;
  }

  /** How many times an export has begun to run. */
  get entries(): number {
    return this.#entries;
  }

  /** What the glue does when the guest is suspended where it stands, giving what it does when that goes on. */
  alsoOnPause(pause: () => () => void): void {
    this.#onPause = pause;
  }

  /** Call what it gives back when the guest goes on. */
  pauseGlue(): () => void {
    return this.#onPause();
  }

  /**
   * Throws where the guest is suspended, and wherever it would suspend again. V8 keeps a stack that is left suspended, and with it the instance and
   * its memories, for as long as the process lives.
   */
  unwind(): void {
    this.#isOver = true;
    for (const abandon of this.#suspended) abandon(unwound());
    this.#suspended.clear();
  }

  /** `WebAssembly` for the glue of one instance. */
  readonly webAssembly: object = this.#webAssembly();

  #webAssembly(): object {
    const suspending = (call: WasmCall): object => this.#suspending(call);
    return Object.create(wasm, {
      promising: { value: (call: WasmCall) => this.promising(call) },
      Suspending: {
        // Called with `new`, which an arrow function is not for.
        value: function Suspending(call: WasmCall) {
          return suspending(call);
        },
      },
    });
  }

  /** The imports of a core module, with every function of ours seen to. */
  watched(imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>): object {
    return mapValues(imports, (members) =>
      mapValues(members, (member) =>
        typeof member === 'function' && !isWasmFunction(member)
          ? this.#synchronous(member as WasmCall)
          : member,
      ),
    );
  }

  /**
   * A function for wasm that suspends it, where that can be done, while the promise of `pause` is pending.
   * @param mustPause is told whether that can be done
   */
  yieldFunction(mustPause: (isSuspendable: boolean) => boolean, pause: () => Promise<void>): unknown {
    const suspend = new wasm.Suspending(() => {
      this.#isSuspendable = false;
      const goOn = [this.#watcher.pause(), this.pauseGlue()];
      return this.#goOnAfter(pause(), () => {
        for (const step of goOn) step();
      });
    });
    return yieldFunction(() => mustPause(this.#isSuspendable) && this.#isSuspendable, suspend);
  }

  /**
   * A function of the guest as one that can be suspended.
   * @param isEntry its run counts among `entries`
   */
  promising(call: WasmCall, isEntry = true): (...args: unknown[]) => Promise<unknown> {
    const enter = wasm.promising(call);
    const left = (): void => {
      this.#isSuspendable = false;
      this.#watcher.left();
      this.#watcher.lift('result');
    };
    return (...args) => {
      if (isEntry) this.#entries += 1;
      this.#isSuspendable = true;
      this.#watcher.entered();
      const result = enter(...args);
      // Back here it has ended or was suspended.
      this.#isSuspendable = false;
      return result.then(
        (value) => {
          left();
          return value;
        },
        (error: unknown) => {
          left();
          throw error;
        },
      );
    };
  }

  #suspending(call: WasmCall): object {
    return new wasm.Suspending((...args) => {
      if (this.#isOver) throw unwound();
      this.#isSuspendable = false;
      this.#watcher.lift('arguments');
      const answer = call(...args);
      if (!(answer instanceof Promise)) {
        this.#isSuspendable = true;
        return answer;
      }
      this.#watcher.left();
      return this.#goOnAfter(answer, () => this.#watcher.entered());
    });
  }

  /** What the promise gives, unless the stack that waits for it is unwound before. */
  #goOnAfter<Value>(answer: Promise<Value>, resume: () => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#suspended.add(reject);
      // Wasm goes on right after these.
      const back = (): void => {
        if (!this.#suspended.delete(reject)) return;
        resume();
        this.#isSuspendable = true;
      };
      answer.then(
        (value) => {
          back();
          resolve(value);
        },
        (error: unknown) => {
          back();
          reject(error);
        },
      );
    });
  }

  #synchronous(call: WasmCall): WasmCall {
    return (...args) => {
      const wasSuspendable = this.#isSuspendable;
      this.#isSuspendable = false;
      this.#watcher.lift('arguments');
      try {
        return call(...args);
      } finally {
        this.#isSuspendable = wasSuspendable;
      }
    };
  }
}

function unwound(): SignalboxError {
  return new SignalboxError('CALL_ABORTED', 'The guest was destroyed while it was suspended');
}

/** Exported functions of wasm are called by their index, see https://webassembly.github.io/spec/js-api/#name-of-the-webassembly-function */
function isWasmFunction({ name }: { readonly name: string }): boolean {
  return /^\d+$/.test(name);
}

function mapValues<Value, Mapped>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value) => Mapped,
): Readonly<Record<string, Mapped>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
