import { ByteReader } from './byte-reader.ts';
import { caps } from './caps.ts';
import { skipValueType } from './instruction-reader.ts';
import { hex, refuseModule, refuseSize } from './refusal.ts';

export const sectionId = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
} as const;

/** Ids in the order in which sections must stand. */
const sectionOrder = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

export const externalKind = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;

export interface Section {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** What metering needs to know of a module before it rewrites the first byte. */
export interface CoreModule {
  readonly bytes: Uint8Array;
  /** Without the custom ones, in order. */
  readonly sections: readonly Section[];
  readonly types: number;
  /** It declares structs or arrays: it can keep what no linear memory holds. */
  readonly hasCollectedTypes: boolean;
  readonly importedFunctions: number;
  readonly importedGlobals: number;
  /** By index, whether addresses of the memory have 64 bits. */
  readonly memories: readonly boolean[];
  /** Number of parameters by defined function. */
  readonly parameters: readonly number[];
  readonly bodies: readonly ByteReader[];
}

/** Limits of a memory or a table. */
export interface Limits {
  readonly is64: boolean;
  readonly min: bigint;
  readonly max: bigint | undefined;
}

export interface ImportHeader {
  readonly module: string;
  readonly name: string;
  readonly kind: number;
}

/** Reads the outline of a module. Bodies and constant expressions are left to those who rewrite them. */
export function readModule(bytes: Uint8Array): CoreModule {
  if (bytes.length > caps.moduleBytes) refuseSize('the size in bytes', bytes.length, caps.moduleBytes);
  const sections = readSections(bytes);
  const readerOf = (id: number): ByteReader => {
    const section = sections.find((one) => one.id === id);
    return section === undefined
      ? new ByteReader(bytes, 0, 0)
      : new ByteReader(bytes, section.start, section.end);
  };
  const typeParameters = readTypes(readerOf(sectionId.type));
  const { memories, ...imports } = countImports(readerOf(sectionId.import));
  const parameters = readFunctions(readerOf(sectionId.function), typeParameters);
  const bodies = readBodies(readerOf(sectionId.code));
  if (bodies.length !== parameters.length) {
    refuseModule(
      `${parameters.length} functions have ${bodies.length} bodies`,
      readerOf(sectionId.code).offset,
    );
  }
  return {
    bytes,
    sections,
    types: typeParameters.length,
    hasCollectedTypes: typeParameters.includes(noFunction),
    ...imports,
    memories: [...memories, ...readMemories(readerOf(sectionId.memory))],
    parameters,
    bodies,
  };
}

/** Reads a count that may not be above its cap. */
export function readCount(reader: ByteReader, what: string, most: number): number {
  const count = reader.isAtEnd ? 0 : reader.u32();
  if (count > most) refuseSize(`the number of ${what}`, count, most);
  return count;
}

export function readImportHeader(reader: ByteReader): ImportHeader {
  return { module: reader.name(), name: reader.name(), kind: reader.u8() };
}

/** Reads limits. Shared memories and page sizes of the module's own are refused. */
export function readLimits(reader: ByteReader): Limits {
  const at = reader.offset;
  const flags = reader.u8();
  if ((flags & 0x02) !== 0) refuseModule('a shared memory', at, 'Build the plugin without threads');
  if ((flags & ~0x05) !== 0) refuseModule(`unknown limits flags ${hex(flags)}`, at);
  return {
    is64: (flags & 0x04) !== 0,
    min: reader.u64(),
    max: (flags & 0x01) === 0 ? undefined : reader.u64(),
  };
}

function readSections(bytes: Uint8Array): readonly Section[] {
  const reader = new ByteReader(bytes);
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  if (header.some((byte) => reader.u8() !== byte)) refuseModule('this is no core module of version 1', 0);
  const sections: Section[] = [];
  let rank = -1;
  while (!reader.isAtEnd) {
    const at = reader.offset;
    const id = reader.u8();
    const { offset: start, end } = reader.slice(reader.u32());
    if (id === sectionId.custom) continue;
    const nextRank = sectionOrder.indexOf(id);
    if (nextRank === -1) refuseModule(`unknown section ${id}`, at);
    if (nextRank <= rank) refuseModule(`section ${id} stands twice or out of order`, at);
    rank = nextRank;
    sections.push({ id, start, end });
  }
  return sections;
}

const noFunction = -1;

/** @returns Number of parameters by type index; `noFunction` for structs and arrays. */
function readTypes(reader: ByteReader): readonly number[] {
  const parameters: number[] = [];
  for (let rest = readCount(reader, 'types', caps.types); rest > 0; rest--) {
    const isGroup = reader.peek() === 0x4e;
    if (isGroup) reader.skip(1);
    for (let members = isGroup ? reader.u32() : 1; members > 0; members--) {
      if (parameters.length >= caps.types)
        refuseSize('the number of types', parameters.length + 1, caps.types);
      parameters.push(readSubType(reader));
    }
  }
  return parameters;
}

function readSubType(reader: ByteReader): number {
  const form = reader.peek();
  if (form === 0x50 || form === 0x4f) {
    reader.skip(1);
    for (let supertypes = reader.u32(); supertypes > 0; supertypes--) reader.u32();
  }
  const at = reader.offset;
  const kind = reader.u8();
  switch (kind) {
    case 0x60: {
      const parameters = skipValueTypes(reader);
      skipValueTypes(reader);
      return parameters;
    }
    case 0x5f:
      for (let fields = reader.u32(); fields > 0; fields--) skipField(reader);
      return noFunction;
    case 0x5e:
      skipField(reader);
      return noFunction;
    default:
      return refuseModule(`unknown kind of type ${hex(kind)}`, at);
  }
}

function skipValueTypes(reader: ByteReader): number {
  const count = reader.u32();
  for (let rest = count; rest > 0; rest--) skipValueType(reader);
  return count;
}

function skipField(reader: ByteReader): void {
  skipValueType(reader);
  reader.skip(1);
}

function countImports(
  reader: ByteReader,
): Pick<CoreModule, 'importedFunctions' | 'importedGlobals' | 'memories'> {
  let importedFunctions = 0;
  let importedGlobals = 0;
  const memories: boolean[] = [];
  for (let rest = readCount(reader, 'imports', caps.imports); rest > 0; rest--) {
    const { kind } = readImportHeader(reader);
    if (kind === externalKind.function) importedFunctions++;
    if (kind === externalKind.global) importedGlobals++;
    if (kind === externalKind.memory) memories.push(readLimits(reader).is64);
    else skipImportType(reader, kind);
  }
  return { importedFunctions, importedGlobals, memories };
}

function readMemories(reader: ByteReader): readonly boolean[] {
  return Array.from({ length: readCount(reader, 'memories', caps.memories) }, () => readLimits(reader).is64);
}

/** Steps over what an import says of itself after its kind. */
function skipImportType(reader: ByteReader, kind: number): void {
  switch (kind) {
    case externalKind.function:
      reader.u32();
      return;
    case externalKind.table:
      skipValueType(reader);
      readLimits(reader);
      return;
    case externalKind.global:
      skipValueType(reader);
      reader.skip(1);
      return;
    case externalKind.tag:
      reader.skip(1);
      reader.u32();
      return;
    default:
      refuseModule(`unknown kind of import ${hex(kind)}`, reader.offset - 1);
  }
}

function readFunctions(reader: ByteReader, typeParameters: readonly number[]): readonly number[] {
  const count = readCount(reader, 'functions', caps.functions);
  return Array.from({ length: count }, () => {
    const type = reader.u32();
    const parameters = typeParameters[type] ?? noFunction;
    return parameters >= 0 ? parameters : refuseModule(`type ${type} is no function type`, reader.offset);
  });
}

function readBodies(reader: ByteReader): readonly ByteReader[] {
  const count = readCount(reader, 'function bodies', caps.functions);
  return Array.from({ length: count }, () => {
    const bodyBytes = reader.u32();
    if (bodyBytes > caps.bodyBytes) refuseSize('the size of a function body', bodyBytes, caps.bodyBytes);
    return reader.slice(bodyBytes);
  });
}
