import type { Digest } from '../core/ids.ts';

/** What happens inside the sandbox, for logs and tests; nothing depends on anyone listening. */
export type SandboxEvent =
  | {
      readonly type: 'prepared';
      readonly digest: Digest;
      readonly from: 'cache' | 'translation';
      readonly durationMs: number;
    }
  | { readonly type: 'cell-started'; readonly cell: string; readonly pid?: number }
  | { readonly type: 'cell-gone'; readonly cell: string; readonly reason: string }
  | { readonly type: 'cell-output'; readonly cell: string; readonly text: string };
