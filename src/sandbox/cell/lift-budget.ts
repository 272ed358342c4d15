import { SignalboxError } from '../../core/errors.ts';
import { callBudget } from '../protocol/value-format.ts';

/**
 * What one message may grow to when the generated glue lifts it from a guest's memory. Lists may alias one buffer: 64 MiB of guest
 * have made 6 GB of host. One message is the arguments of one host call, or the result of one call.
 */
export const liftBudget = {
  bytes: 8 * 1024 * 1024,
  /**
   * Numbers read while lifting; a string or list is two, an option one more. No message of so many elements as may leave the cell takes more, and to
   * read a million took 40 ms, in which nobody else in the cell is served.
   */
  reads: 3 * callBudget.maxElements,
} as const;

/** Who is charged for what is lifted now. */
export interface Lifter {
  /** @throws the error, once it has been noted */
  exceed(error: SignalboxError): never;
}

let lifter: Lifter | undefined;
let bytesLeft = 0;
let readsLeft = 0;

/** The next message of this guest begins. */
export function beginLift(by: Lifter): void {
  lifter = by;
  bytesLeft = liftBudget.bytes;
  readsLeft = liftBudget.reads;
}

function chargeBytes(bytes: number): void {
  bytesLeft -= bytes;
  if (bytesLeft < 0) exceed('lift_bytes', liftBudget.bytes - bytesLeft, liftBudget.bytes);
}

function chargeRead(): void {
  readsLeft -= 1;
  if (readsLeft < 0) exceed('lift_reads', liftBudget.reads - readsLeft, liftBudget.reads);
}

function exceed(name: string, reached: number, allowed: number): void {
  lifter?.exceed(
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

/** What the canonical ABI answers with a trap, and generated glue lets pass. */
function trap(problem: string): void {
  lifter?.exceed(
    new SignalboxError('GUEST_TRAPPED', `The plugin passes ${problem}`, {
      hint: 'Its bindings are broken: build it with another version of its toolchain',
    }),
  );
}

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
      chargeBytes(input?.byteLength ?? 0);
      try {
        return super.decode(input, options);
      } catch (error) {
        trap(`a text that is no ${this.encoding}`);
        throw error;
      }
    }
  };
}

/** In the place of `slice`, which ends where the memory ends and says nothing. The preparation has put it there. */
function copyOfMemory(memory: ArrayBuffer, start: number, end: number): ArrayBuffer {
  if (end > memory.byteLength) trap(`a list that ends ${end - memory.byteLength} bytes behind its memory`);
  return memory.slice(start, end);
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
        chargeRead();
        return read.call(this, at, isLittle);
      },
    });
  }
  return View;
}

/** An array over a whole buffer is a copy of a part of the memory; one with an offset is a view. */
function construct(array: object, args: readonly unknown[]): object {
  const [buffer] = args;
  if (args.length === 1 && buffer instanceof ArrayBuffer) chargeBytes(buffer.byteLength);
  return Reflect.construct(array as NewableFunction, args);
}
