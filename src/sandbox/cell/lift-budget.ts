import { SignalboxError } from '../../core/errors.ts';
import { callBudget } from '../protocol/value-format.ts';

/**
 * What one message may grow to when the generated glue lifts it from a guest's memory. Lists may alias one buffer: 64 MiB of guest
 * have made 6 GB of host. One message is the arguments of one host call, or the result of one call.
 */
export const liftBudget = {
  /** Of what WASI takes of a guest, and passes on piece by piece. All else leaves the cell whole: as many bytes as a message of the guest may have. */
  bytes: 8 * 1024 * 1024,
  /** Of lists, as many as may leave the cell; charged before the first of them is read. */
  elements: callBudget.maxElements,
  /**
   * Numbers read while lifting; a string or list is two, an option one more. No message of so many elements as may leave the cell takes more, and to
   * read a million took 40 ms, in which nobody else in the cell is served.
   */
  reads: 3 * callBudget.maxElements,
} as const;

/** Reads between two looks at the clock: about 0.1 ms. */
const readsToALook = 1_000;
/** A byte of a text takes about a sixtieth of a read. */
const bytesToARead = 64;

/** What the message of one guest has left, while the glue lifts it. */
export class Lift {
  readonly #maxBytes: number;
  #exceed: (error: SignalboxError) => never;
  #allowedBytes = 0;
  #bytesLeft = 0;
  #textLeft = 0;
  #elementsLeft = 0;
  #readsLeft = 0;
  #sinceLook = 0;

  /**
   * @param maxBytes of a message
   * @param exceed throws the error, once it has been noted
   */
  constructor(maxBytes: number, exceed: (error: SignalboxError) => never) {
    this.#maxBytes = Math.min(maxBytes, liftBudget.bytes);
    this.#exceed = exceed;
  }

  /** The next message begins. */
  begin(what: 'arguments' | 'result'): void {
    this.#allowedBytes = what === 'result' ? this.#maxBytes : liftBudget.bytes;
    this.#bytesLeft = this.#allowedBytes;
    this.#textLeft = this.#maxBytes;
    this.#elementsLeft = liftBudget.elements;
    this.#readsLeft = liftBudget.reads;
    this.goOn();
  }

  /** This is what is lifted from here on: others may have lifted theirs. */
  goOn(): void {
    lifted = this;
    this.#sinceLook = 0;
  }

  /** The guest is gone. What of it is still read, as it comes to its end, is charged as before; nothing of it is held here. */
  end(): void {
    this.#exceed = (error) => {
      throw error;
    };
  }

  /** So much was read that a look at the clock costs nothing beside it. */
  isLookDue(): boolean {
    if (this.#sinceLook < readsToALook) return false;
    this.#sinceLook = 0;
    return true;
  }

  chargeBytes(bytes: number): void {
    this.#bytesLeft -= bytes;
    this.#sinceLook += bytes / bytesToARead;
    if (this.#bytesLeft < 0)
      this.#tooMuch('lift_bytes', this.#allowedBytes - this.#bytesLeft, this.#allowedBytes);
  }

  /** @param bytes it has in a message, at least */
  chargeText(bytes: number): void {
    this.#textLeft -= bytes;
    this.#sinceLook += bytes / bytesToARead;
    if (this.#textLeft < 0) this.#tooMuch('lift_bytes', this.#maxBytes - this.#textLeft, this.#maxBytes);
  }

  chargeElements(count: number): void {
    this.#elementsLeft -= count;
    const allowed = liftBudget.elements;
    if (this.#elementsLeft < 0) this.#tooMuch('lift_elements', allowed - this.#elementsLeft, allowed);
  }

  chargeRead(): void {
    this.#readsLeft -= 1;
    this.#sinceLook += 1;
    if (this.#readsLeft < 0)
      this.#tooMuch('lift_reads', liftBudget.reads - this.#readsLeft, liftBudget.reads);
  }

  /** What the canonical ABI answers with a trap, and generated glue lets pass. */
  trap(problem: string): void {
    this.#exceed(
      new SignalboxError('GUEST_TRAPPED', `The plugin passes ${problem}`, {
        hint: 'Its bindings are broken: build it with another version of its toolchain',
      }),
    );
  }

  #tooMuch(name: string, reached: number, allowed: number): void {
    this.#exceed(
      new SignalboxError(
        'MESSAGE_TOO_LARGE',
        'The plugin passes more than may leave its memory in one message',
        {
          hint: 'Lists that share their content count once for each place they stand in',
          details: { limit: { name, reached, allowed } },
        },
      ),
    );
  }
}

/** What is lifted now. */
let lifted: Lift | undefined;
/** What was cut out of a memory last, and charged. */
let copy: ArrayBuffer | undefined;

const numberReads = [
  ...['getUint8', 'getInt8', 'getUint16', 'getInt16', 'getUint32', 'getInt32'],
  ...['getBigUint64', 'getBigInt64', 'getFloat32', 'getFloat64'],
];
const arrays = [
  ...[Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array],
  ...[BigUint64Array, BigInt64Array, Float32Array, Float64Array],
];

/** What the glue reads a memory with, under the names it uses. They charge, and are otherwise what they are called. */
export const liftGlobals: Readonly<Record<string, unknown>> = {
  TextDecoder: chargedDecoder(),
  copyOfMemory,
  elementsOfList,
  DataView: chargedView(),
  ...Object.fromEntries(arrays.map((array) => [array.name, new Proxy<object>(array, { construct })])),
};

function chargedDecoder(): object {
  return class extends TextDecoder {
    constructor(encoding?: string) {
      // A text of a component is what its bytes say, a mark at its start included, or no text.
      super(encoding, { fatal: true, ignoreBOM: true });
    }

    override decode(...[input, options]: Parameters<TextDecoder['decode']>): string {
      const bytes = input?.byteLength ?? 0;
      lifted?.chargeText(this.encoding === 'utf-8' ? bytes : bytes / 2);
      try {
        return super.decode(input, options);
      } catch (error) {
        lifted?.trap(`a text that is no ${this.encoding}`);
        throw error;
      }
    }
  };
}

/** In the place of `slice`, which ends where the memory ends and says nothing. The preparation has put it there. */
function copyOfMemory(memory: ArrayBuffer, start: number, end: number): ArrayBuffer {
  trapBehind(memory, end);
  lifted?.chargeBytes(end - start);
  copy = memory.slice(start, end);
  return copy;
}

/** Before a list is read, element by element. The preparation has put it there. */
function elementsOfList(count: number, memory: ArrayBuffer, end: number): void {
  trapBehind(memory, end);
  lifted?.chargeElements(count);
}

function trapBehind({ byteLength }: ArrayBuffer, end: number): void {
  if (end > byteLength) lifted?.trap(`a list that ends ${end - byteLength} bytes behind its memory`);
}

function chargedView(): object {
  const View = class extends DataView<ArrayBuffer> {};
  for (const name of numberReads) {
    const read: (this: object, at: number, isLittle?: boolean) => unknown = Reflect.get(
      DataView.prototype,
      name,
    );
    Object.defineProperty(View.prototype, name, {
      value(this: object, at: number, isLittle?: boolean) {
        lifted?.chargeRead();
        return read.call(this, at, isLittle);
      },
    });
  }
  return View;
}

/** An array over a whole buffer is a copy of a part of the memory; one with an offset is a view. */
function construct(array: object, args: readonly unknown[]): object {
  const [buffer] = args;
  if (args.length === 1 && buffer instanceof ArrayBuffer && buffer !== copy)
    lifted?.chargeBytes(buffer.byteLength);
  copy = undefined;
  return Reflect.construct(array as NewableFunction, args);
}
