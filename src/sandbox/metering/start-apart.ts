import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { externalKind, sectionId } from './core-module.ts';
import { refuseModule } from './refusal.ts';

/** Under this name a module exports what was its start function. A module that has the name for something else is refused. */
export const startExport = '__signalbox:start';

const headerBytes = 8;

/**
 * Makes of a start function an export, to be called right after the module is instantiated. V8 runs a start function where nothing can be
 * suspended: one that does not end would keep the processor for as long as its fuel lasts.
 *
 * @param bytes a module whose sections stand in order
 */
export function startApart(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const start = startOf(bytes);
  if (start === undefined) return bytes;
  const out = new ByteWriter(bytes.length + startExport.length + 32);
  out.copy(bytes, 0, headerBytes);
  let isExported = false;
  for (const { id, from, content } of sectionsOf(bytes)) {
    if (id !== sectionId.export && id !== sectionId.start) {
      out.copy(bytes, from, content.end);
      continue;
    }
    if (!isExported) writeExports(out, id === sectionId.export ? content : undefined, start);
    isExported = true;
  }
  return Uint8Array.from(out.view());
}

function startOf(bytes: Uint8Array): number | undefined {
  for (const { id, content } of sectionsOf(bytes)) if (id === sectionId.start) return content.u32();
  return undefined;
}

function* sectionsOf(
  bytes: Uint8Array,
): Generator<{ readonly id: number; readonly from: number; readonly content: ByteReader }> {
  const reader = new ByteReader(bytes, headerBytes);
  while (!reader.isAtEnd) {
    const from = reader.offset;
    const id = reader.u8();
    yield { id, from, content: reader.slice(reader.u32()) };
  }
}

/** The exports there are, and the start function behind them. */
function writeExports(out: ByteWriter, content: ByteReader | undefined, start: number): void {
  const section = new ByteWriter();
  const count = content?.u32() ?? 0;
  section.u32(count + 1);
  if (content) {
    const from = content.offset;
    for (let rest = count; rest > 0; rest--) {
      const at = content.offset;
      if (content.name() === startExport) refuseModule(`the export "${startExport}" is reserved`, at);
      content.u8();
      content.u32();
    }
    section.copy(content.bytes, from, content.end);
  }
  section.name(startExport);
  section.u8(externalKind.function);
  section.u32(start);
  out.u8(sectionId.export);
  out.u32(section.length);
  out.copy(section.view(), 0, section.length);
}
