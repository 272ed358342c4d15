import { ByteReader } from './byte-reader.ts';
import { type CoreModule, readLimits, sectionId } from './core-module.ts';

/** Pages of 64 KiB that the memories of a module have from the start, imported ones left out: their owner has counted them. */
export function initialPages({ bytes, sections }: CoreModule): number {
  const section = sections.find(({ id }) => id === sectionId.memory);
  if (!section) return 0;
  const reader = new ByteReader(bytes, section.start, section.end);
  let pages = 0n;
  for (let rest = reader.u32(); rest > 0; rest--) pages += readLimits(reader).min;
  return Number(pages);
}
