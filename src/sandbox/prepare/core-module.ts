import { SignalboxError } from '../../core/errors.ts';
import type { ByteCursor } from './byte-cursor.ts';

/** Functions of one core module; the largest engines compiled to wasm have about 50,000. */
const maxFunctions = 200_000;
const sectionIds = { custom: 0, import: 2, function: 3, export: 7, last: 13 } as const;

/**
 * Returns the bytes of a core module without custom sections, and tells every name of its imports and exports.
 *
 * @param cursor stands at the first byte of the module, and holds nothing else
 * @throws `ARTIFACT_INVALID`, `ARTIFACT_TOO_LARGE`
 */
export function readCoreModule(cursor: ByteCursor, onName: (name: string) => void): Uint8Array {
  const kept: Uint8Array[] = [cursor.take(8)];
  const name = (from: ByteCursor): void => onName(from.name());
  while (!cursor.isAtEnd) {
    const start = cursor.offset;
    const id = cursor.byte();
    const section = cursor.sub(cursor.u32());
    if (id === sectionIds.custom) continue;
    if (id > sectionIds.last) throw cursor.invalid(`core section ${id} is not known`);
    kept.push(cursor.bytes.subarray(start, cursor.offset));
    if (id === sectionIds.import) readImports(section, name);
    if (id === sectionIds.export) readExports(section, name);
    if (id === sectionIds.function && section.u32() > maxFunctions) {
      throw new SignalboxError('ARTIFACT_TOO_LARGE', `A core module has more than ${maxFunctions} functions`);
    }
  }
  return Buffer.concat(kept);
}

function readImports(section: ByteCursor, name: (from: ByteCursor) => void): void {
  for (let left = section.count(); left > 0; left -= 1) {
    name(section);
    name(section);
    skipImportType(section);
  }
  section.finish('an import section');
}

function readExports(section: ByteCursor, name: (from: ByteCursor) => void): void {
  for (let left = section.count(); left > 0; left -= 1) {
    name(section);
    section.byte();
    section.u32();
  }
  section.finish('an export section');
}

function skipImportType(section: ByteCursor): void {
  const kind = section.byte();
  switch (kind) {
    case 0x00: // function
      section.u32();
      return;
    case 0x01: // table
      skipValueType(section);
      skipLimits(section);
      return;
    case 0x02: // memory
      skipLimits(section);
      return;
    case 0x03: // global
      skipValueType(section);
      section.byte();
      return;
    case 0x04: // tag
      section.byte();
      section.u32();
      return;
    default:
      throw section.invalid(`import kind ${kind} is not known`);
  }
}

/** Number, vector and reference types; `(ref ht)` carries a heap type. */
function skipValueType(section: ByteCursor): void {
  const form = section.byte();
  if (form === 0x63 || form === 0x64) section.skipLeb64();
  else if (form < 0x40 || form > 0x7f) throw section.invalid(`value type ${form} is not known`);
}

function skipLimits(section: ByteCursor): void {
  const flags = section.byte();
  if (flags > 0x0f) throw section.invalid(`limits flags ${flags} are not known`);
  section.skipLeb64();
  if ((flags & 0x01) !== 0) section.skipLeb64();
  if ((flags & 0x08) !== 0) section.u32();
}
