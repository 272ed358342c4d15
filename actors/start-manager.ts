import { type ActorRefFrom, createActor, type InspectionEvent } from 'xstate';
import type { ConfigDocument } from '../src/config/document.ts';
import { type ErrorRecord, SignalboxError } from '../src/core/errors.ts';
import type { PluginId } from '../src/core/ids.ts';
import type { CallOutcome } from '../src/ports/sandbox.ts';
import { Counters } from './counters.ts';
import type { MailboxRequest } from './mailbox.ts';
import { Mailboxes } from './mailboxes.ts';
import { createManagerMachine } from './manager.ts';
import type { RuntimePorts } from './ports.ts';

/** The running machines, as the runtime drives them. Commands take effect before they return. */
export interface Manager {
  /** The root of the actor system. */
  readonly actor: ActorRefFrom<typeof createManagerMachine>;
  /** Settles with the outcome, also when nobody takes the call; never rejects. */
  call(id: PluginId, request: MailboxRequest): Promise<CallOutcome>;
  /** Calls and events that wait in its mailbox. */
  waiting(id: PluginId): number;
  /** Loads the artifact anew, beside the running instance where there is one. */
  reload(id: PluginId): void;
  /** Leaves backoff or quarantine at once. */
  retry(id: PluginId): void;
  /** Applies the document an edit of ours gave, without waiting for the file to be read. */
  replay(document: ConfigDocument): void;
  /** Shuts every plugin down; resolves when nothing runs. Idempotent. */
  stop(): Promise<void>;
}

export interface ManagerOptions {
  /** Every inspection event of every actor, the first ones included. */
  readonly inspect?: (event: InspectionEvent) => void;
}

/** Starts the machines over their ports; reads the config at once. */
export function startManager(ports: RuntimePorts, { inspect }: ManagerOptions = {}): Manager {
  const counters = new Counters(ports.publishers.telemetry, ports.clock);
  const mailboxes = new Mailboxes(counters);
  const actor = createActor(createManagerMachine({ ...ports, counters, mailboxes }), {
    clock: ports.clock,
    ...(inspect && { inspect }),
  });
  const ended = new Promise<void>((resolve, reject) => {
    actor.subscribe({ complete: resolve, error: reject });
  });
  const stopped = ended.finally(() => mailboxes.closeAll(runtimeClosed));
  // A manager that broke tells whoever stops it; until then nobody waits for this.
  stopped.catch(() => {});
  actor.start();

  return {
    actor,
    call: async (id, request) => {
      const mailbox = mailboxes.get(id);
      if (mailbox) return mailbox.post(request);
      counters.count('plugin.calls.rejected', id);
      return { outcome: 'rejected', error: unknownPlugin(id) };
    },
    waiting: (id) => mailboxes.get(id)?.size ?? 0,
    reload: (id) => actor.send({ type: 'plugin.reload', id }),
    retry: (id) => actor.send({ type: 'plugin.retry', id }),
    replay: (document) => actor.send({ type: 'config.replay', document }),
    stop: () => {
      if (actor.getSnapshot().status === 'active') actor.send({ type: 'runtime.stop' });
      return stopped;
    },
  };
}

function unknownPlugin(id: PluginId): ErrorRecord {
  return new SignalboxError('PLUGIN_UNKNOWN', `No entry of the config has the id "${id}"`).toRecord();
}

function runtimeClosed(): ErrorRecord {
  return new SignalboxError('RUNTIME_CLOSED', 'The runtime was closed').toRecord();
}
