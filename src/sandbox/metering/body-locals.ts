import { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { caps } from './caps.ts';
import { skipValueType } from './instruction-reader.ts';
import { refuseSize } from './refusal.ts';

const typeI32 = 0x7f;
const typeI64 = 0x7e;

/** The locals of one body: those it declares, and behind them what metering needs. */
export class BodyLocals {
  /** Parameters and declared locals: what the body itself may name. */
  readonly own: number;
  readonly #groups: number;
  readonly #declared: Uint8Array;
  readonly #added: number[] = [];

  /** Leaves the reader at the first instruction. */
  constructor(body: ByteReader, parameters: number) {
    const groups = new ByteReader(body.bytes, body.offset, body.end);
    this.#groups = groups.u32();
    const declared = skipLocals(body);
    this.#declared = body.bytes.subarray(groups.offset, body.offset);
    this.own = parameters + declared;
  }

  /** The i64 local that may hold the fuel, the first of the added ones. */
  fuel(): number {
    if (this.#added.length === 0) this.#added.push(typeI64);
    return this.own;
  }

  /** A local to set a length aside in. */
  length(is64: boolean): number {
    return this.#addedAfter(this.fuel(), is64);
  }

  /** Another one, for what growing by that length answers. */
  answer(is64: boolean): number {
    return this.#addedAfter(this.length(is64), is64);
  }

  #addedAfter(local: number, is64: boolean): number {
    const type = is64 ? typeI64 : typeI32;
    const known = this.#added.indexOf(type, local - this.own + 1);
    return this.own + (known === -1 ? this.#added.push(type) - 1 : known);
  }

  write(out: ByteWriter): void {
    out.u32(this.#groups + this.#added.length);
    out.copy(this.#declared, 0, this.#declared.length);
    for (const type of this.#added) out.raw(1, type);
  }
}

/** Steps to the first instruction. @returns The number of locals. */
export function skipLocals(body: ByteReader): number {
  let locals = 0;
  for (let groups = body.u32(); groups > 0; groups--) {
    locals += body.u32();
    if (locals > caps.locals) refuseSize('the number of locals of a function', locals, caps.locals);
    skipValueType(body);
  }
  return locals;
}
