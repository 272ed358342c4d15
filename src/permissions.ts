import { dirname } from 'node:path';
import type { Observable } from 'rxjs';
import type { Manager } from '../actors/start-manager.ts';
import type { ConfigReplay } from '../relays/config-replay.ts';
import { loadingBoard, type PluginStatus, type StatusBoard } from '../relays/plugin-status.ts';
import type { PluginEntry } from './config/document.ts';
import type { ConfigEdit } from './config/edit.ts';
import type { Clock } from './core/clock.ts';
import { type ErrorRecord, SignalboxError } from './core/errors.ts';
import { isPluginId, type PluginId } from './core/ids.ts';
import type { LentConfig } from './lent-config.ts';
import type { LeaseTerms, PendingPermissions, Permissions, PluginPermissions } from './options.ts';
import { leaseKey } from './permissions/leases.ts';
import { parsePermission } from './permissions/permission.ts';
import { pendingDetails } from './permissions/refusal.ts';
import { permissionReport } from './permissions/report.ts';
import type { GrantMemory } from './ports/grant-memory.ts';
import { decidedStatus } from './status-wait.ts';

interface PermissionsInput {
  readonly manager: Manager;
  readonly edit: (change: ConfigEdit) => Promise<unknown>;
  readonly config: LentConfig;
  /** Applies what is lent. */
  readonly reread: () => Promise<void>;
  readonly grantMemory: GrantMemory;
  readonly clock: Clock;
  readonly status$: Observable<StatusBoard>;
  readonly config$: Observable<ConfigReplay>;
  readonly closed: AbortSignal;
}

/** The grants of a running config: what hosts ask of them and change, each change resolved by the status that answers it. */
export function createPermissions(input: PermissionsInput): Permissions {
  const { manager, edit, config, reread, grantMemory, clock, status$, config$, closed } = input;
  let board = loadingBoard;
  let entries: readonly PluginEntry[] = [];
  let folder = '';
  status$.subscribe((next) => {
    board = next;
  });
  config$.subscribe((replay) => {
    if (replay.phase !== 'known') return;
    entries = replay.document.entries;
    folder = dirname(replay.document.file);
  });

  const entryOf = (id: string): PluginEntry => {
    closed.throwIfAborted();
    const entry = entries.find((each) => each.id === id);
    if (entry) return entry;
    throw new SignalboxError('PLUGIN_UNKNOWN', `No entry of the config has the id ${JSON.stringify(id)}`, {
      hint: `The config names ${entries.map((each) => each.id).join(', ') || 'no plugin'}`,
    });
  };
  const reportOf = (entry: PluginEntry): PluginPermissions => {
    const opened = manager.opened(entry.id);
    const leaseUse = new Map(
      entry.leases.map((lease) => [leaseKey(lease), grantMemory.useOf(entry.id, lease)]),
    );
    const { manifest = {}, isDeclared = true } = opened?.artifact ?? {};
    const { waiting = [] } = opened ?? {};
    const asked = { manifest, isDeclared, waiting };
    return {
      id: entry.id,
      ...permissionReport({ ...asked, entry, baseFolder: folder, now: clock.now(), leaseUse }),
    };
  };
  const answered = (id: PluginId): Promise<PluginStatus> => decidedStatus(status$, id, closed);

  return {
    list: () => entries.map(reportOf),
    pending: () => [...board.plugins.values()].flatMap(pendingOf),
    async grant(id, permissions, terms) {
      const entry = entryOf(id);
      await edit({
        change: 'grant',
        id: entry.id,
        permissions,
        ...(terms && { lease: { grantedAt: clock.now(), ...boundsOf(terms) } }),
      });
      return answered(entry.id);
    },
    async lend(id, permissions) {
      const entry = entryOf(id);
      for (const permission of permissions) parsePermission(permission);
      const approved = pendingIn(board, entry.id)?.approval;
      config.lend(entry.id, { permissions, ...(approved !== undefined && { approved }) });
      await reread();
      return answered(entry.id);
    },
    async revoke(id, permissions) {
      const entry = entryOf(id);
      config.takeBack(entry.id, permissions);
      await edit({ change: 'revoke', id: entry.id, permissions });
      return answered(entry.id);
    },
    async approve(id) {
      const entry = entryOf(id);
      const wants = pendingIn(board, entry.id)?.approval;
      if (wants === undefined) {
        throw new SignalboxError('ARGUMENT_INVALID', `Nothing of plugin "${id}" waits for approval`, {
          hint: 'What is required and not granted is granted, not approved',
        });
      }
      await edit({ change: 'approve', id: entry.id, wants });
      return answered(entry.id);
    },
  };
}

function pendingIn({ plugins }: StatusBoard, id: string): PendingPermissions | undefined {
  const status = isPluginId(id) ? plugins.get(id) : undefined;
  return status && pendingOf(status)[0];
}

/** What a status says a plugin waits for. */
function pendingOf({ id, error, degraded }: PluginStatus): readonly PendingPermissions[] {
  const record: ErrorRecord | undefined = error ?? degraded;
  if (record?.code !== 'PERMISSION_PENDING') return [];
  return [{ id, isServing: error === undefined, error: record, ...pendingDetails(record) }];
}

function boundsOf({ expiresAt, calls, bytes }: LeaseTerms) {
  return {
    ...(expiresAt !== undefined && {
      expiresAt: typeof expiresAt === 'number' ? expiresAt : expiresAt.getTime(),
    }),
    ...(calls !== undefined && { calls }),
    ...(bytes !== undefined && { bytes }),
  };
}
