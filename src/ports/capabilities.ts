import type { ConfigData } from '../config/config-data.ts';
import type { PluginEntry } from '../config/document.ts';
import type { LeasedGrant } from '../permissions/granting.ts';
import type { Limits } from '../permissions/limits.ts';
import type { Permission } from '../permissions/permission.ts';
import type { HostImports } from './host-imports.ts';
import type { Prepared } from './sandbox.ts';

/** An event for the guest, in the shape jco lowers: the `host-event` variant of `wit/`. */
export type HostEvent =
  | { readonly tag: 'tick' }
  | {
      readonly tag: 'filesystem-change';
      readonly val: {
        readonly subscription: bigint;
        readonly paths: readonly string[];
        readonly overflow: boolean;
      };
    }
  | { readonly tag: 'config-updated'; readonly val: ConfigData };

/** What one instance is wired with. */
export interface WiringRequest {
  readonly entry: PluginEntry;
  /** Folder of the config file; relative granted paths start there. */
  readonly baseFolder: string;
  /** Effective permissions: asked, allowed and granted. */
  readonly permissions: readonly Permission[];
  /** Those of them that end. */
  readonly leased: readonly LeasedGrant[];
  readonly limits: Limits;
  /** A script also gets what its engine asks for it, which no import of its text says. */
  readonly kind: Prepared['kind'];
  /** Interfaces the guest imports; only these are wired. */
  readonly imports: readonly string[];
  /** Puts an event into the plugin's mailbox. */
  readonly deliver: (event: HostEvent) => void;
}

export interface Wiring extends AsyncDisposable {
  readonly imports: HostImports;
  /** Replaces what the config capability answers. */
  updateConfig(entry: PluginEntry): void;
}

/** The host's side of every imported interface. */
export interface Capabilities {
  /** Interfaces this host can wire, without version. */
  readonly offered: readonly string[];
  /** Wires one instance; disposing drops its watches and forgets its rates. */
  wire(request: WiringRequest): Wiring;
}
