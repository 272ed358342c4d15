import { wasiSupport } from '../../../core/wasi.ts';
import type { WasiHost } from './wasi-host.ts';

/** Of a name the guest gave, in the audit. */
const maxScopeChars = 256;
/** Different refusals an instance is heard with; more of them say nothing new. */
const maxTold = 64;

export type Denied = 'directories' | 'environment' | 'random' | 'socket' | 'lookup';

/** Tells the broker's audit what the cell itself refused, each refusal once an instance. */
export class Denials {
  readonly #host: WasiHost;
  readonly #told = new Set<string>();

  constructor(host: WasiHost) {
    this.#host = host;
  }

  tell(what: Denied, scope = ''): void {
    const shown = scope.slice(0, maxScopeChars);
    const key = `${what} ${shown}`;
    if (this.#told.has(key) || this.#told.size >= maxTold) return;
    this.#told.add(key);
    this.#host.tell(wasiSupport, 'deny', [what, shown]);
  }
}
