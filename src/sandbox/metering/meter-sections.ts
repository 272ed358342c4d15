import {
  type BudgetIndices,
  budgetImports,
  budgets,
  budgetTypes,
  shiftedGlobal,
  writeBudgetImports,
  writeBudgetTypes,
} from './budgets.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { caps } from './caps.ts';
import { externalKind, type Limits, readCount, readImportHeader, readLimits } from './core-module.ts';
import type { InPieces } from './in-pieces.ts';
import { InstructionReader, skipValueType } from './instruction-reader.ts';
import { hex, refuseModule, refuseSize } from './refusal.ts';

export interface SectionLimits {
  readonly maxMemoryPages: number;
  readonly maxTableElements: number;
  readonly allowMemory64: boolean;
}

/** Rewrites the sections around the code, in order, and learns of each memory and table how wide its addresses are. */
export class SectionMeter {
  readonly memories64: boolean[] = [];
  readonly tables64: boolean[] = [];
  readonly #limits: SectionLimits;
  readonly #budget: BudgetIndices;
  readonly #pieces: InPieces;

  constructor(limits: SectionLimits, budget: BudgetIndices, pieces: InPieces) {
    this.#limits = limits;
    this.#budget = budget;
    this.#pieces = pieces;
  }

  imports(reader: ByteReader, out: ByteWriter): void {
    const count = readCount(reader, 'imports', caps.imports);
    out.u32(count + budgetImports);
    for (let rest = count; rest > 0; rest--) this.#import(reader, out);
    writeBudgetImports(out, this.#budget);
  }

  /** Some more, behind the module's own. */
  types(reader: ByteReader, out: ByteWriter): void {
    out.u32((reader.isAtEnd ? 0 : reader.u32()) + budgetTypes);
    copyWhile(reader, out, () => reader.skip(reader.end - reader.offset));
    writeBudgetTypes(out);
  }

  /** Some more, behind the module's own. */
  functions(reader: ByteReader, out: ByteWriter): void {
    out.u32(reader.u32() + 1 + this.#pieces.functions);
    copyWhile(reader, out, () => reader.skip(reader.end - reader.offset));
    out.u32(this.#budget.spentType);
    for (let rest = this.#pieces.functions; rest > 0; rest--) out.u32(this.#budget.piecesType);
  }

  memories(reader: ByteReader, out: ByteWriter): void {
    const count = readCount(reader, 'memories', caps.memories);
    out.u32(count);
    for (let rest = count; rest > 0; rest--) writeLimits(this.#memory(reader, true), out);
  }

  tables(reader: ByteReader, out: ByteWriter): void {
    const count = readCount(reader, 'tables', caps.tables);
    out.u32(count);
    for (let rest = count; rest > 0; rest--) {
      const hasInitialiser = reader.peek() === 0x40;
      if (hasInitialiser) {
        copyWhile(reader, out, () => reader.skip(2));
      }
      copyWhile(reader, out, () => skipValueType(reader));
      writeLimits(this.#table(reader, true), out);
      if (hasInitialiser) this.#expression(reader, out);
    }
  }

  globals(reader: ByteReader, out: ByteWriter): void {
    const count = readCount(reader, 'globals', caps.globals);
    out.u32(count);
    for (let rest = count; rest > 0; rest--) {
      copyWhile(reader, out, () => {
        skipValueType(reader);
        reader.skip(1);
      });
      this.#expression(reader, out);
    }
  }

  exports(reader: ByteReader, out: ByteWriter): void {
    const count = readCount(reader, 'exports', caps.exports);
    out.u32(count);
    for (let rest = count; rest > 0; rest--) {
      let kind = 0;
      copyWhile(reader, out, () => {
        reader.name();
        kind = reader.u8();
      });
      const index = reader.u32();
      out.u32(kind === externalKind.global ? shiftedGlobal(index, this.#budget) : index);
    }
  }

  elements(reader: ByteReader, out: ByteWriter): void {
    const count = readCount(reader, 'element segments', caps.segments);
    out.u32(count);
    for (let rest = count; rest > 0; rest--) this.#element(reader, out);
  }

  data(reader: ByteReader, out: ByteWriter): void {
    const count = readCount(reader, 'data segments', caps.segments);
    out.u32(count);
    for (let rest = count; rest > 0; rest--) {
      const at = reader.offset;
      const flags = reader.u32();
      if (flags > 2) refuseModule(`unknown data segment flags ${hex(flags)}`, at);
      out.u32(flags);
      if (flags === 2) out.u32(reader.u32());
      if (flags !== 1) this.#expression(reader, out);
      copyWhile(reader, out, () => reader.skip(reader.u32()));
    }
  }

  #import(reader: ByteReader, out: ByteWriter): void {
    const start = reader.offset;
    const { module, kind } = readImportHeader(reader);
    if (module === budgets.module) refuseModule(`the import module "${module}" is reserved`, start);
    out.copy(reader.bytes, start, reader.offset);
    switch (kind) {
      case externalKind.table:
        copyWhile(reader, out, () => skipValueType(reader));
        writeLimits(this.#table(reader, false), out);
        break;
      case externalKind.memory:
        writeLimits(this.#memory(reader, false), out);
        break;
      case externalKind.global:
        copyWhile(reader, out, () => {
          skipValueType(reader);
          reader.skip(1);
        });
        break;
      case externalKind.tag:
        copyWhile(reader, out, () => reader.skip(1));
        out.u32(reader.u32());
        break;
      default:
        out.u32(reader.u32());
        break;
    }
  }

  #memory(reader: ByteReader, isOwn: boolean): Limits {
    const at = reader.offset;
    const declared = readLimits(reader);
    if (declared.is64 && !this.#limits.allowMemory64) {
      refuseModule('a 64-bit memory', at, 'Build the plugin for wasm32');
    }
    this.memories64.push(declared.is64);
    return clamp(declared, this.#limits.maxMemoryPages, 'the initial size of a memory in pages', isOwn);
  }

  #table(reader: ByteReader, isOwn: boolean): Limits {
    const declared = readLimits(reader);
    this.tables64.push(declared.is64);
    return clamp(declared, this.#limits.maxTableElements, 'the initial number of elements of a table', isOwn);
  }

  #element(reader: ByteReader, out: ByteWriter): void {
    const at = reader.offset;
    const flags = reader.u32();
    if (flags > 7) refuseModule(`unknown element segment flags ${hex(flags)}`, at);
    out.u32(flags);
    const isActive = (flags & 0x01) === 0;
    const hasExplicitTable = (flags & 0x02) !== 0;
    const hasExpressions = (flags & 0x04) !== 0;
    if (isActive && hasExplicitTable) out.u32(reader.u32());
    if (isActive) this.#expression(reader, out);
    if (!isActive || hasExplicitTable) {
      // A kind byte before function indices, a type before expressions.
      copyWhile(reader, out, () => (hasExpressions ? skipValueType(reader) : reader.skip(1)));
    }
    const count = reader.u32();
    out.u32(count);
    for (let rest = count; rest > 0; rest--) {
      if (hasExpressions) this.#expression(reader, out);
      else out.u32(reader.u32());
    }
  }

  #expression(reader: ByteReader, out: ByteWriter): void {
    const instructions = new InstructionReader(reader);
    for (;;) {
      const { flow } = instructions.next();
      const { start, end, code, first } = instructions;
      if (flow === 'global') {
        out.u8(code);
        out.u32(shiftedGlobal(first, this.#budget));
      } else if (flow === 'next' || flow === 'end') out.copy(reader.bytes, start, end);
      else refuseModule(`instruction ${hex(code)} in a constant expression`, start);
      if (flow === 'end') return;
    }
  }
}

/** An own memory or table gets a maximum; an imported one keeps its freedom to have none, its owner was clamped. */
function clamp(declared: Limits, most: number, what: string, isOwn: boolean): Limits {
  if (declared.min > BigInt(most)) refuseSize(what, Number(declared.min), most);
  if (declared.max === undefined && !isOwn) return declared;
  const max = declared.max === undefined || declared.max > BigInt(most) ? BigInt(most) : declared.max;
  return { ...declared, max };
}

function writeLimits({ is64, min, max }: Limits, out: ByteWriter): void {
  out.u8((is64 ? 0x04 : 0) | (max === undefined ? 0 : 0x01));
  out.u64(min);
  if (max !== undefined) out.u64(max);
}

function copyWhile(reader: ByteReader, out: ByteWriter, step: () => void): void {
  const start = reader.offset;
  step();
  out.copy(reader.bytes, start, reader.offset);
}
