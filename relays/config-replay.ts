import type { ConfigDocument } from '../src/config/document.ts';
import type { ErrorRecord } from '../src/core/errors.ts';

/** The config as last read. `problem` says why the file as it stands now is not the document that runs. */
export type ConfigReplay =
  | { readonly phase: 'loading' }
  | { readonly phase: 'missing'; readonly file: string }
  | { readonly phase: 'invalid'; readonly problem: ErrorRecord }
  | { readonly phase: 'known'; readonly document: ConfigDocument; readonly problem?: ErrorRecord };
