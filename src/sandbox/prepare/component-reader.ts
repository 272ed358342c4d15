import { SignalboxError } from '../../core/errors.ts';
import { ByteCursor } from './byte-cursor.ts';
import {
  emptyShape,
  type InstanceShape,
  instanceShape,
  readAlias,
  readCoreType,
  readExtern,
  readSort,
  readType,
  sorts,
  type TypeReading,
  type TypeShape,
} from './component-types.ts';
import { readCoreModule } from './core-module.ts';
import { checkComponentName, checkCoreName, maxNames } from './name-rules.ts';
import { checkPreamble } from './preamble.ts';

/** One import or export at the top level of a component. */
export interface ExternItem {
  /** `signalbox:plugin/log@0.1.0`, or a plain name. */
  readonly name: string;
  readonly kind: 'function' | 'instance' | 'type' | 'other';
  /** Functions of an instance; empty for one that holds types only. */
  readonly functions: readonly string[];
  /** Those of them whose type says that they may wait. */
  readonly asyncFunctions: readonly string[];
}

export interface ComponentReading {
  readonly imports: readonly ExternItem[];
  readonly exports: readonly ExternItem[];
  /** The component without custom sections, at any depth. */
  readonly bytes: Uint8Array;
}

const maxNesting = 16;
const sections = {
  custom: 0,
  coreModule: 1,
  coreInstance: 2,
  coreType: 3,
  component: 4,
  instance: 5,
  alias: 6,
  type: 7,
  canon: 8,
  import: 10,
  export: 11,
} as const;

/** The index spaces of one component that names lead through. */
interface Scope {
  readonly parent: Scope | undefined;
  readonly types: (TypeShape | undefined)[];
  readonly components: InstanceShape[];
  readonly instances: InstanceShape[];
}

/**
 * Walks a whole component, nested components and core modules included, before any tool sees it: every name must follow
 * `name-rules.ts`, every length must fit, nothing unknown passes.
 *
 * @throws `ARTIFACT_INVALID` saying what was found and what is needed, `ARTIFACT_NAME_REFUSED`, `ARTIFACT_TOO_LARGE`
 */
export function readComponent(bytes: Uint8Array): ComponentReading {
  checkPreamble(bytes);
  let names = 0;
  const countName = (): void => {
    names += 1;
    if (names > maxNames) {
      throw new SignalboxError('ARTIFACT_TOO_LARGE', `The component holds more than ${maxNames} names`);
    }
  };
  return readBody(new ByteCursor(bytes), undefined, 0, countName);
}

function readBody(
  cursor: ByteCursor,
  parent: Scope | undefined,
  depth: number,
  countName: () => void,
): ComponentReading {
  if (depth > maxNesting) throw cursor.invalid(`components are nested more than ${maxNesting} deep`);
  const scope: Scope = { parent, types: [], components: [], instances: [] };
  const imports: ExternItem[] = [];
  const exports: ExternItem[] = [];
  const kept: Uint8Array[] = [cursor.take(8)];
  while (!cursor.isAtEnd) {
    const start = cursor.offset;
    const id = cursor.byte();
    const section = cursor.sub(cursor.u32());
    if (id === sections.custom) continue;
    if (id === sections.coreModule) {
      const module = readCoreModule(section, (name) => {
        countName();
        checkCoreName(name);
      });
      kept.push(...sectionOf(id, module));
      continue;
    }
    if (id === sections.component) {
      const nested = readBody(section, scope, depth + 1, countName);
      scope.components.push(shapeOf(nested.exports));
      kept.push(...sectionOf(id, nested.bytes));
      continue;
    }
    kept.push(cursor.bytes.subarray(start, cursor.offset));
    if (id === sections.canon) continue;
    const reading = readingOf(section, countName);
    for (let left = section.count(); left > 0; left -= 1) readItem(id, reading, scope, imports, exports);
    section.finish(`section ${id}`);
  }
  return { imports, exports, bytes: Buffer.concat(kept) };
}

function readItem(
  id: number,
  reading: TypeReading,
  scope: Scope,
  imports: ExternItem[],
  exports: ExternItem[],
): void {
  const { cursor } = reading;
  switch (id) {
    case sections.coreInstance:
      readCoreInstance(reading);
      return;
    case sections.coreType:
      readCoreType(cursor);
      return;
    case sections.instance:
      scope.instances.push(readInstance(reading, scope));
      return;
    case sections.alias:
      bindAlias(reading, scope);
      return;
    case sections.type:
      scope.types.push(readType(reading, (up, index) => enclosing(scope, up)?.types[index]));
      return;
    case sections.import: {
      const name = reading.externName(cursor);
      const extern = readExtern(cursor);
      const type = extern.index === undefined ? undefined : scope.types[extern.index];
      imports.push(bindExtern(scope, name, extern.sort, type, instanceShape(type)));
      return;
    }
    case sections.export: {
      const name = reading.externName(cursor);
      const sort = readSort(cursor);
      const index = cursor.u32();
      if (cursor.byte() === 0x01) readExtern(cursor);
      const shape = (sort === sorts.instance ? scope.instances[index] : undefined) ?? emptyShape();
      exports.push(bindExtern(scope, name, sort, scope.types[index], shape));
      return;
    }
    default:
      throw cursor.invalid(`component section ${id} is not supported`);
  }
}

/** Imports and exports both add an index to the space of their sort. */
function bindExtern(
  scope: Scope,
  name: string,
  sort: number,
  type: TypeShape | undefined,
  shape: InstanceShape,
): ExternItem {
  switch (sort) {
    case sorts.func:
      return { name, kind: 'function', functions: [], asyncFunctions: [] };
    case sorts.instance:
      scope.instances.push(shape);
      return { name, kind: 'instance', functions: shape.functions, asyncFunctions: shape.asyncFunctions };
    case sorts.type:
      scope.types.push(type);
      return { name, kind: 'type', functions: [], asyncFunctions: [] };
    case sorts.component:
      scope.components.push(type?.kind === 'component' ? type.shape : emptyShape());
      return { name, kind: 'other', functions: [], asyncFunctions: [] };
    default:
      return { name, kind: 'other', functions: [], asyncFunctions: [] };
  }
}

function enclosing(scope: Scope, up: number): Scope | undefined {
  let found: Scope | undefined = scope;
  for (let left = up; left > 0 && found; left -= 1) found = found.parent;
  return found;
}

function bindAlias(reading: TypeReading, scope: Scope): void {
  const alias = readAlias(reading);
  const from = alias.from === 'outer' ? enclosing(scope, alias.count) : scope;
  const outer = alias.from === 'outer' ? alias.index : -1;
  switch (alias.sort) {
    case sorts.type:
      scope.types.push(from?.types[outer]);
      return;
    case sorts.component:
      scope.components.push(from?.components[outer] ?? emptyShape());
      return;
    case sorts.instance: {
      const source = alias.from === 'instance' ? scope.instances[alias.instance] : undefined;
      const name = alias.from === 'instance' ? alias.name : '';
      scope.instances.push(source?.instances.get(name) ?? emptyShape());
      return;
    }
    default:
      return;
  }
}

function readInstance({ cursor, externName, label }: TypeReading, scope: Scope): InstanceShape {
  const form = cursor.byte();
  if (form === 0x00) {
    const component = cursor.u32();
    for (let left = cursor.count(); left > 0; left -= 1) {
      label(cursor);
      readSort(cursor);
      cursor.u32();
    }
    return scope.components[component] ?? emptyShape();
  }
  if (form !== 0x01) throw cursor.invalid(`instance form ${form} is not known`);
  const shape = emptyShape();
  for (let left = cursor.count(); left > 0; left -= 1) {
    const name = externName(cursor);
    const sort = readSort(cursor);
    const index = cursor.u32();
    if (sort === sorts.func) shape.functions.push(name);
    if (sort === sorts.instance) shape.instances.set(name, scope.instances[index] ?? emptyShape());
  }
  return shape;
}

function readCoreInstance({ cursor, coreName }: TypeReading): void {
  const form = cursor.byte();
  if (form > 0x01) throw cursor.invalid(`core instance form ${form} is not known`);
  if (form === 0x00) cursor.u32();
  for (let left = cursor.count(); left > 0; left -= 1) {
    coreName(cursor);
    cursor.byte();
    cursor.u32();
  }
}

function readingOf(cursor: ByteCursor, countName: () => void): TypeReading {
  const label = (from: ByteCursor): string => {
    countName();
    return checkComponentName(from.name());
  };
  return {
    cursor,
    label,
    externName: (from) => {
      const form = from.byte();
      if (form !== 0x00) throw from.invalid(`name form ${form} is not supported`);
      return label(from);
    },
    coreName: (from) => {
      countName();
      checkCoreName(from.name());
    },
  };
}

function shapeOf(items: readonly ExternItem[]): InstanceShape {
  return {
    functions: items.filter(({ kind }) => kind === 'function').map(({ name }) => name),
    asyncFunctions: [],
    instances: new Map(
      items
        .filter(({ kind }) => kind === 'instance')
        .map(({ name, functions }) => [name, { ...emptyShape(), functions: [...functions] }]),
    ),
  };
}

/** A section again, with the size its contents have now. */
function sectionOf(id: number, contents: Uint8Array): readonly Uint8Array[] {
  const head = [id];
  let size = contents.length;
  do {
    head.push((size & 0x7f) | (size > 0x7f ? 0x80 : 0));
    size >>>= 7;
  } while (size > 0);
  return [Uint8Array.from(head), contents];
}
