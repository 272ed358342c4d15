import { firstValueFrom } from 'rxjs';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import type { PermissionCommands } from '../../src/admin/service.ts';
import type { PluginEntry } from '../../src/config/document.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import type { Runtime } from '../../src/options.ts';
import { resolveGrants } from '../../src/permissions/granting.ts';
import type { PermissionReport } from '../../src/wire/permissions.ts';

/** The permission routes over edits of the config file of a real runtime. */
export function permissionCommands(runtime: Runtime): PermissionCommands {
  const entries = async (): Promise<readonly PluginEntry[]> => {
    const replay = await firstValueFrom(runtime.relays.pluginsConfigReplay);
    return replay.phase === 'known' ? replay.document.entries : [];
  };
  const answered = async (id: string): Promise<PluginStatus> => {
    await runtime.settled();
    const status = runtime.plugins.get(id);
    if (status) return status;
    throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id "${id}"`);
  };
  const edit = async (
    id: string,
    change: 'add-permission' | 'remove-permission',
    permissions: readonly string[],
  ): Promise<PluginStatus> => {
    const entry = (await entries()).find((each) => each.id === id);
    if (!entry) throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id "${id}"`);
    const edits = permissions.map((permission) => ({ change, id: entry.id, permission }));
    await runtime.config.edit({ change: 'several', edits });
    return answered(id);
  };
  return {
    list: async () => Promise.all((await entries()).map((entry) => reportOf(runtime, entry))),
    pending: async () => [],
    grant: (id, permissions) => edit(id, 'add-permission', permissions),
    revoke: (id, permissions) => edit(id, 'remove-permission', permissions),
    approve: answered,
  };
}

async function reportOf(runtime: Runtime, entry: PluginEntry): Promise<PermissionReport> {
  const { manifest } = await runtime.plugins.about(entry.id);
  if (!manifest) return { id: entry.id, wants: [], grants: [] };
  const { missing, withheld } = resolveGrants({ manifest, isDeclared: true, entry });
  const lacking = new Set([...missing.map(({ permission }) => permission), ...withheld]);
  return {
    id: entry.id,
    wants: (manifest.permissions ?? []).map(({ want, reason, optional = false }) => ({
      permission: want,
      reason,
      isOptional: optional,
      state: !lacking.has(want) ? 'granted' : optional ? 'withheld' : 'missing',
      rule: lacking.has(want) ? 'nothing grants it' : 'a line in its entry',
    })),
    grants: entry.permissions.map((permission) => ({ permission, by: 'permissions', isAskedFor: true })),
  };
}
