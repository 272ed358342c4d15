import type { ByteWriter } from './byte-writer.ts';

/**
 * Tells the compiler that no branch of metering is taken as a rule, so that it moves the call behind it, and all that has to be saved for it, out of
 * the way. Engines without the proposal skip the section.
 * @see https://github.com/WebAssembly/branch-hinting
 */
export interface UnlikelyBranches {
  readonly functionIndex: number;
  /** Offsets in the function's body, from the first byte of its locals. Ascending. */
  readonly offsets: readonly number[];
}

const sectionName = 'metadata.code.branch_hint';
const hintBytes = 1;
const unlikely = 0;

/** The content of a custom section, which stands before that of the code. */
export function writeBranchHints(out: ByteWriter, functions: readonly UnlikelyBranches[]): void {
  out.name(sectionName);
  const hinted = functions.filter(({ offsets }) => offsets.length > 0);
  out.u32(hinted.length);
  for (const { functionIndex, offsets } of hinted) {
    out.u32(functionIndex);
    out.u32(offsets.length);
    for (const offset of offsets) {
      out.u32(offset);
      out.raw(hintBytes, unlikely);
    }
  }
}
