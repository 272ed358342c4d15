import type { Publishers } from '../relays/relays.ts';
import type { Clock } from '../src/core/clock.ts';
import type { Artifacts } from '../src/ports/artifacts.ts';
import type { Capabilities } from '../src/ports/capabilities.ts';
import type { ConfigFile } from '../src/ports/config-file.ts';
import type { FileWatcher } from '../src/ports/file-watcher.ts';
import type { GrantMemory } from '../src/ports/grant-memory.ts';
import type { PluginFolders } from '../src/ports/plugin-folders.ts';
import type { Sandbox } from '../src/ports/sandbox.ts';
import type { Counters } from './counters.ts';
import type { Mailboxes } from './mailboxes.ts';
import type { OpenedArtifacts } from './opened-artifacts.ts';

/** Everything the actors reach the world through. The runtime fills it with adapters, tests with fakes. */
export interface RuntimePorts {
  readonly configFile: ConfigFile;
  readonly artifacts: Artifacts;
  readonly sandbox: Sandbox;
  readonly capabilities: Capabilities;
  readonly fileWatcher: FileWatcher;
  readonly pluginFolders: PluginFolders;
  readonly grantMemory: GrantMemory;
  readonly publishers: Publishers;
  readonly clock: Clock;
  /** From 0 up to 1, as `Math.random`. */
  readonly random: () => number;
  /** Quiet time before a changed artifact is looked at, milliseconds. */
  readonly artifactDebounceMs: number;
}

/** The ports and what the actors of one manager share. */
export interface ActorPorts extends RuntimePorts {
  readonly mailboxes: Mailboxes;
  readonly opened: OpenedArtifacts;
  readonly counters: Counters;
}
