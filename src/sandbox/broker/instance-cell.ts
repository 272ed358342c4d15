import type { PluginId } from '../../core/ids.ts';
import type { Message } from '../protocol/messages.ts';

/** What an instance asks of the cell it lives in. */
export interface InstanceCell {
  readonly label: string;
  readonly tier: string;
  send(
    kind: 'call' | 'first-call' | 'cancel' | 'reply',
    instance: number,
    call: number,
    body?: Uint8Array,
  ): void;
  /** The message is worked off. */
  release(message: Message): void;
  /** True when nothing runs or waits in the cell: what is sent now is entered at once. */
  readonly isQuiet: boolean;
  /** Counts the instances that have calls. */
  setBusy(isBusy: boolean): void;
  /** The plugin died in a run of unannounced calls: its next instance has to announce each, to find the one that kills it. */
  suspect(plugin: PluginId): void;
  /** Destroys the instance in the cell. A guest that is running right now must answer soon, or its cell dies. */
  drop(instance: number, isRunning: boolean): void;
}
