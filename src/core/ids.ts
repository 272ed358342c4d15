import { SignalboxError } from './errors.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** The id of one config entry: dotted segments, `waves.scanner`. */
export type PluginId = Branded<'PluginId'>;
/** The name a plugin publishes under: `discovery`. */
export type Channel = Branded<'Channel'>;
/** A space of a plugin's storage, or a collection in it: `notes`, in the grammar of channels. */
export type StorageName = Branded<'StorageName'>;
/** What a plugin keeps a value under: 1 to 512 bytes of UTF-8 without control characters. */
export type StorageKey = Branded<'StorageKey'>;
/** SHA-256, 64 lower-case hex digits. */
export type Digest = Branded<'Digest'>;

const segments = /^[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*$/;
const maxIdChars = 128;
const maxKeyBytes = 512;

/** Reads a plugin id. @throws `CONFIG_ENTRY_INVALID` when it breaks the grammar. */
export function parsePluginId(text: string): PluginId {
  if (isPluginId(text)) return text;
  throw new SignalboxError('CONFIG_ENTRY_INVALID', `Plugin id ${JSON.stringify(text)} is not valid`, {
    hint: 'Use lower-case letters, digits, "_" and "-" in segments joined by dots, at most 128 characters: "waves.scanner"',
  });
}

export function isPluginId(text: string): text is PluginId {
  return text.length <= maxIdChars && segments.test(text);
}

export function isChannel(text: string): text is Channel {
  return text.length <= maxIdChars && segments.test(text);
}

export function isStorageName(text: string): text is StorageName {
  return text.length <= maxIdChars && segments.test(text);
}

export function isStorageKey(text: string): text is StorageKey {
  return (
    text !== '' &&
    text.length <= maxKeyBytes &&
    text.isWellFormed() &&
    !/\p{Cc}/u.test(text) &&
    new TextEncoder().encode(text).length <= maxKeyBytes
  );
}

/** Brands the hex text of a SHA-256. The caller has just computed or schema-checked it. */
export function digestOf(hex: string): Digest {
  return hex as Digest;
}
