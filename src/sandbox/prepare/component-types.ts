import type { ByteCursor } from './byte-cursor.ts';

/** What a component's type section says, as far as names of imported and exported functions need it. */
export type TypeShape =
  | { readonly kind: 'instance'; readonly shape: InstanceShape }
  | { readonly kind: 'component'; readonly shape: InstanceShape }
  | { readonly kind: 'function'; readonly isAsync: boolean }
  | { readonly kind: 'resource' }
  | { readonly kind: 'other' };

/** The functions and nested instances an instance exports, by their WIT names. */
export interface InstanceShape {
  readonly functions: string[];
  /** Those of them whose type says that they may wait. */
  readonly asyncFunctions: string[];
  readonly instances: Map<string, InstanceShape>;
}

/** The type at `index` of what encloses this `up` times. */
type TypeAt = (up: number, index: number) => TypeShape | undefined;

export interface TypeReading {
  readonly cursor: ByteCursor;
  /** Checks and counts a name of the component model. */
  readonly externName: (cursor: ByteCursor) => string;
  readonly label: (cursor: ByteCursor) => string;
  readonly coreName: (cursor: ByteCursor) => void;
}

/** `sort` bytes of the component binary format. */
export const sorts = {
  core: 0x00,
  func: 0x01,
  value: 0x02,
  type: 0x03,
  component: 0x04,
  instance: 0x05,
} as const;
const coreModuleSort = 0x11;
const maxTypeDepth = 32;

export function emptyShape(): InstanceShape {
  return { functions: [], asyncFunctions: [], instances: new Map() };
}

/** Reads one entry of a type section. */
export function readType(reading: TypeReading, typeAt: TypeAt, depth = 0): TypeShape {
  const { cursor } = reading;
  if (depth > maxTypeDepth) throw cursor.invalid(`types are nested more than ${maxTypeDepth} deep`);
  const form = cursor.byte();
  switch (form) {
    case 0x3f: // resource with a synchronous destructor
    case 0x3e: // resource with an asynchronous destructor
      cursor.byte();
      skipOptional(cursor, () => cursor.u32());
      if (form === 0x3e) skipOptional(cursor, () => cursor.u32());
      return { kind: 'resource' };
    case 0x40: // function
    case 0x43: // async function
      readFunctionType(reading);
      return { kind: 'function', isAsync: form === 0x43 };
    case 0x41:
      return { kind: 'component', shape: readDeclarations(reading, depth) };
    case 0x42:
      return { kind: 'instance', shape: readDeclarations(reading, depth) };
    default:
      readDefinedType(reading, form);
      return { kind: 'other' };
  }

  function readDeclarations(of: TypeReading, at: number): InstanceShape {
    const shape = emptyShape();
    const own: (TypeShape | undefined)[] = [];
    const ownTypeAt: TypeAt = (up, index) => (up === 0 ? own[index] : typeAt(up - 1, index));
    for (let left = cursor.count(); left > 0; left -= 1) {
      const declaration = cursor.byte();
      switch (declaration) {
        case 0x00:
          readCoreType(cursor);
          break;
        case 0x01:
          own.push(readType(of, ownTypeAt, at + 1));
          break;
        case 0x02: {
          const alias = readAlias(of);
          if (alias.sort !== sorts.type) break;
          own.push(alias.from === 'outer' ? ownTypeAt(alias.count, alias.index) : undefined);
          break;
        }
        case 0x03:
        case 0x04: {
          const name = of.externName(cursor);
          const extern = readExtern(cursor);
          const type = own[extern.index ?? -1];
          if (extern.sort === sorts.type) own.push(type);
          if (declaration === 0x03) break;
          if (extern.sort === sorts.func) shape.functions.push(name);
          if (type?.kind === 'function' && type.isAsync) shape.asyncFunctions.push(name);
          if (extern.sort === sorts.instance) shape.instances.set(name, instanceShape(type));
          break;
        }
        default:
          throw cursor.invalid(`type declaration ${declaration} is not known`);
      }
    }
    return shape;
  }
}

export function instanceShape(type: TypeShape | undefined): InstanceShape {
  return type?.kind === 'instance' ? type.shape : emptyShape();
}

/** An `externdesc`: what an import or export is, and the index of its type where it has one. */
export function readExtern(cursor: ByteCursor): { readonly sort: number; readonly index?: number } {
  const sort = cursor.byte();
  switch (sort) {
    case sorts.core:
      if (cursor.byte() !== coreModuleSort)
        throw cursor.invalid('a core item other than a module is imported');
      return { sort, index: cursor.u32() };
    case sorts.func:
    case sorts.component:
    case sorts.instance:
      return { sort, index: cursor.u32() };
    case sorts.type:
      return cursor.byte() === 0x00 ? { sort, index: cursor.u32() } : { sort };
    case sorts.value:
      if (cursor.byte() === 0x00) cursor.u32();
      else skipValueType(cursor);
      return { sort };
    default:
      throw cursor.invalid(`sort ${sort} is not known`);
  }
}

export type Alias = { readonly sort: number } & (
  | { readonly from: 'instance'; readonly instance: number; readonly name: string }
  | { readonly from: 'core' }
  | { readonly from: 'outer'; readonly count: number; readonly index: number }
);

export function readAlias({ cursor, coreName, label }: TypeReading): Alias {
  const sort = readSort(cursor);
  const target = cursor.byte();
  switch (target) {
    case 0x00: {
      const instance = cursor.u32();
      const name = label(cursor);
      return { sort, from: 'instance', instance, name };
    }
    case 0x01:
      cursor.u32();
      coreName(cursor);
      return { sort, from: 'core' };
    case 0x02:
      return { sort, from: 'outer', count: cursor.u32(), index: cursor.u32() };
    default:
      throw cursor.invalid(`alias target ${target} is not known`);
  }
}

/** A sort; core sorts have a second byte and are told apart no further. */
export function readSort(cursor: ByteCursor): number {
  const sort = cursor.byte();
  if (sort === sorts.core) cursor.byte();
  else if (sort > sorts.instance) throw cursor.invalid(`sort ${sort} is not known`);
  return sort;
}

/** Core function types only: module types are not made by any toolchain that builds plugins. */
export function readCoreType(cursor: ByteCursor): void {
  const form = cursor.byte();
  if (form !== 0x60) throw cursor.invalid(`core type form ${form} is not supported`);
  for (let list = 0; list < 2; list += 1) {
    for (let left = cursor.count(); left > 0; left -= 1) {
      const type = cursor.byte();
      if (type === 0x63 || type === 0x64) cursor.skipLeb64();
    }
  }
}

function readFunctionType({ cursor, label }: TypeReading): void {
  for (let left = cursor.count(); left > 0; left -= 1) {
    label(cursor);
    skipValueType(cursor);
  }
  const results = cursor.byte();
  if (results === 0x00) skipValueType(cursor);
  else if (results !== 0x01 || cursor.byte() !== 0x00) throw cursor.invalid('a function has named results');
}

function readDefinedType({ cursor, label }: TypeReading, form: number): void {
  if (isPrimitive(form)) return;
  const labels = (each?: () => void): void => {
    for (let left = cursor.count(); left > 0; left -= 1) {
      label(cursor);
      each?.();
    }
  };
  switch (form) {
    case 0x72: // record
      labels(() => skipValueType(cursor));
      return;
    case 0x71: // variant
      labels(() => {
        skipOptional(cursor, () => skipValueType(cursor));
        if (cursor.byte() !== 0x00) throw cursor.invalid('a variant case refines another');
      });
      return;
    case 0x6e: // flags
    case 0x6d: // enum
      labels();
      return;
    case 0x70: // list
    case 0x6b: // option
      skipValueType(cursor);
      return;
    case 0x67: // list of fixed length
      skipValueType(cursor);
      cursor.u32();
      return;
    case 0x6f: // tuple
      for (let left = cursor.count(); left > 0; left -= 1) skipValueType(cursor);
      return;
    case 0x6a: // result
      skipOptional(cursor, () => skipValueType(cursor));
      skipOptional(cursor, () => skipValueType(cursor));
      return;
    case 0x69: // own
    case 0x68: // borrow
      cursor.u32();
      return;
    case 0x66: // stream
    case 0x65: // future
      skipOptional(cursor, () => skipValueType(cursor));
      return;
    default:
      throw cursor.invalid(`type form ${form} is not known`);
  }
}

/** A value type is an index (LEB, never negative) or one of the primitive codes. */
function skipValueType(cursor: ByteCursor): void {
  const first = cursor.bytes[cursor.offset];
  if (first !== undefined && isPrimitive(first)) cursor.byte();
  else cursor.skipLeb64();
}

function isPrimitive(code: number): boolean {
  return (code >= 0x73 && code <= 0x7f) || code === 0x64;
}

function skipOptional(cursor: ByteCursor, some: () => void): void {
  const flag = cursor.byte();
  if (flag === 0x01) some();
  else if (flag !== 0x00) throw cursor.invalid(`${flag} stands where 0 or 1 must`);
}
