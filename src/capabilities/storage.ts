import Type from 'typebox';
import { toErrorRecord } from '../core/errors.ts';
import { isStorageKey, isStorageName, type StorageKey, type StorageName } from '../core/ids.ts';
import { printable } from '../core/printable.ts';
import type { HostFunction, HostReply } from '../ports/host-imports.ts';
import type { Space, Storing } from '../ports/plugin-storage.ts';
import { argumentReader, bytes as bytesArgument, u64 } from './arguments.ts';
import { boundedText } from './printable-text.ts';
import { refused, returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

export const maxPageRows = 1_000;
export const maxPageBytes = 1024 * 1024;

const text = Type.String();
const readGet = argumentReader('get', Type.Tuple([text, text]));
const readSet = argumentReader('set', Type.Tuple([text, text, bytesArgument]));
const readDelete = argumentReader('delete', Type.Tuple([text, text]));
const readList = argumentReader(
  'list-items',
  Type.Tuple([text, text, Type.Union([Type.Undefined(), Type.String()])]),
);
const readAppend = argumentReader('append', Type.Tuple([text, text, bytesArgument]));
const readRead = argumentReader('read-collection', Type.Tuple([text, text, u64]));

/** `signalbox:plugin/storage`: what this plugin keeps, in the spaces it was granted. */
export function wireStorage(context: WiringContext): Readonly<Record<string, HostFunction>> {
  const { storage, limits } = context;
  const rate = context.rateOf('storage_ops_per_second');
  const page = { maxRows: maxPageRows, maxBytes: Math.min(maxPageBytes, limits.message_bytes) };

  /** What every function has in common: its rate, its permission, and what a failing store looks like. */
  const at = async (
    action: 'read' | 'write',
    spaceName: string,
    answer: (space: Space) => Promise<HostReply>,
  ): Promise<HostReply> => {
    if (!rate.take()) return refused({ tag: 'rate-limited' });
    const space = grantedSpace(action, spaceName, context);
    if ('outcome' in space) return space;
    try {
      return await answer(space);
    } catch (error) {
      return storeFailed(error, context);
    }
  };

  return {
    get: (args) => {
      const [space, key] = readGet(args);
      return at('read', space, async (granted) => {
        if (!isStorageKey(key)) return badKey(key);
        return answered(await storage.get({ ...granted, key }), context);
      });
    },
    set: (args) => {
      const [space, key, bytes] = readSet(args);
      return at('write', space, async (granted) => {
        if (!isStorageKey(key)) return badKey(key);
        if (bytes.length > limits.message_bytes) return tooLarge(bytes, context);
        return stored(await storage.set({ ...granted, key }, bytes, limits.storage_bytes), context);
      });
    },
    delete: (args) => {
      const [space, key] = readDelete(args);
      return at('write', space, async (granted) => {
        if (!isStorageKey(key)) return badKey(key);
        return returned(await storage.delete({ ...granted, key }));
      });
    },
    'list-items': (args) => {
      const [space, prefix, after] = readList(args);
      return at('read', space, async (granted) => {
        if (!isPrefix(prefix)) return badKey(prefix);
        if (after !== undefined && !isStorageKey(after)) return badKey(after);
        const search = { ...granted, prefix, ...(after !== undefined && { after }) };
        const { rows, hasMore } = await storage.list(search, page);
        return returned({ items: rows, next: hasMore ? rows.at(-1)?.key : undefined });
      });
    },
    append: (args) => {
      const [space, collection, bytes] = readAppend(args);
      return at('write', space, async (granted) => {
        if (!isStorageName(collection)) return badName('Collection', collection);
        if (bytes.length > limits.message_bytes) return tooLarge(bytes, context);
        return stored(await storage.append({ ...granted, collection }, bytes, limits.storage_bytes), context);
      });
    },
    'read-collection': (args) => {
      const [space, collection, after] = readRead(args);
      return at('read', space, async (granted) => {
        if (!isStorageName(collection)) return badName('Collection', collection);
        return returned((await storage.readCollection({ ...granted, collection }, after, page)).rows);
      });
    },
  };
}

function grantedSpace(
  action: 'read' | 'write',
  space: string,
  { access, entry }: WiringContext,
): (Space & { readonly space: StorageName }) | HostReply {
  const kind = `storage:${action}` as const;
  if (!isStorageName(space)) {
    const shown = boundedText(space, maxShownBytes);
    access.deny({ kind, scope: shown }, 'It is no name of a space');
    return badName('Space', space);
  }
  const decision = access.decide({ kind, scope: space });
  if (decision.allowed) return { plugin: entry.id, space };
  return refused({ tag: 'denied', val: { permission: `${kind}:${space}`, rule: decision.rule } });
}

/** A value may have been stored under a larger limit than is in force now. */
function answered(bytes: Uint8Array | undefined, context: WiringContext): HostReply {
  return bytes && bytes.length > context.limits.message_bytes ? tooLarge(bytes, context) : returned(bytes);
}

function stored(storing: Storing<bigint | undefined>, { limits, tellLimit }: WiringContext): HostReply {
  if (storing.outcome === 'stored') return returned(storing.value);
  const allowed = limits.storage_bytes;
  tellLimit({ name: 'storage_bytes', reached: storing.reached, allowed });
  return refused({ tag: 'quota-exceeded', val: BigInt(allowed) });
}

function tooLarge({ length }: Uint8Array, { limits }: WiringContext): HostReply {
  return invalid(`The value has ${length} bytes; message_bytes allows ${limits.message_bytes}`);
}

function isPrefix(prefix: string): prefix is StorageKey | '' {
  return prefix === '' || isStorageKey(prefix);
}

/** Of what a guest wrote, in errors and records. */
const maxShownBytes = 200;

function badKey(key: string): HostReply {
  return invalid(
    `Key "${boundedText(key, maxShownBytes)}" is not 1 to 512 bytes of UTF-8 without control characters`,
  );
}

function badName(what: 'Space' | 'Collection', name: string): HostReply {
  return invalid(
    `${what} "${boundedText(name, maxShownBytes)}" is not made of lower-case letters, digits, "_", "-" and single dots, at most 128`,
  );
}

function invalid(problem: string): HostReply {
  return refused({ tag: 'invalid', val: problem });
}

/** The plugin hears what SQLite says of it, the operator the whole story: it names a path of the host. */
function storeFailed(error: unknown, { entry, clock, publish }: WiringContext): HostReply {
  const { code, message, details } = toErrorRecord(error);
  if (code !== 'STORE_FAILED') throw error;
  const fields = { code };
  publish.log({ plugin: entry.id, time: clock.now(), level: 'error', message: printable(message), fields });
  const reason = details?.['reason'];
  return refused({
    tag: 'io',
    val: typeof reason === 'string' ? reason : 'The host cannot use its database',
  });
}
