/**
 * What a host function answers. `refused` becomes the error case of the WIT `result`; a function without one never refuses.
 * A host function that throws or rejects traps the guest.
 */
export type HostReply =
  | { readonly outcome: 'returned'; readonly value: unknown }
  | { readonly outcome: 'refused'; readonly error: unknown };

/** One imported function. Arguments and values in the shapes jco gives: records camelCase, variants `{tag, val}`, u64 bigint, list<u8> Uint8Array. */
export type HostFunction = (args: readonly unknown[], signal: AbortSignal) => HostReply | Promise<HostReply>;

/** Wired imports of one instance: interface without version -> function in WIT spelling (`list-dir`) -> implementation. */
export type HostImports = Readonly<Record<string, Readonly<Record<string, HostFunction>>>>;
