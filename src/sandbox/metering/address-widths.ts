import type { InstructionReader } from './instruction-reader.ts';
import type { Bulk } from './opcodes.ts';

/** By index: whether addresses of the memory, or of the table, have 64 bits. */
export interface AddressWidths {
  readonly memories: readonly boolean[];
  readonly tables: readonly boolean[];
}

/** Whether the length on top of the stack has 64 bits. */
export function isLength64(
  { operand }: Bulk,
  { first, second }: InstructionReader,
  { memories, tables }: AddressWidths,
): boolean {
  switch (operand) {
    case 'i32':
      return false;
    case 'memory-first':
      return memories[first] === true;
    case 'memory-both':
      return memories[first] === true && memories[second] === true;
    case 'table-first':
      return tables[first] === true;
    case 'table-both':
      return tables[first] === true && tables[second] === true;
  }
}
