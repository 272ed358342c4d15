import type { ConfigDocument } from '../config/document.ts';
import type { ConfigEdit } from '../config/edit.ts';
import type { ErrorRecord } from '../core/errors.ts';

/** What a look at the config file gave. A missing file is not an empty document. */
export type ConfigReading =
  | { readonly outcome: 'document'; readonly document: ConfigDocument }
  | { readonly outcome: 'missing'; readonly file: string }
  | { readonly outcome: 'invalid'; readonly error: ErrorRecord };

/** The config file: read whole, watched for foreign edits, saved by minimal text edits. */
export interface ConfigFile {
  /** Absolute path. */
  readonly file: string;
  /** @throws `CONFIG_UNREADABLE` when there is something that cannot be read */
  read(signal: AbortSignal): Promise<ConfigReading>;
  /**
   * Saves one edit atomically and returns the document it gave. Comments and foreign tables survive byte for byte.
   * @throws `CONFIG_CONFLICT`, `CONFIG_EDIT_REFUSED`, `CONFIG_UNREADABLE`, `PLUGIN_UNKNOWN`, `PERMISSION_INVALID`; `CONFIG_SYNTAX`,
   *   `CONFIG_INVALID` and `CONFIG_TOO_NEW` when the file as it stands gives no document
   */
  edit(edit: ConfigEdit, signal: AbortSignal): Promise<ConfigDocument>;
  /** Calls back after each foreign edit (own saves are not reported), debounced. Dispose to stop. */
  watch(onChange: () => void, onError: (error: ErrorRecord) => void): AsyncDisposable;
}
