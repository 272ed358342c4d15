import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEVER } from 'rxjs';
import { createRelays } from '../../relays/create-relays.ts';
import type { PluginStatus, StatusBoard } from '../../relays/plugin-status.ts';
import type { Publishers } from '../../relays/relays.ts';
import { type Admin, type AdminOptions, startAdmin } from '../../src/admin/start-admin.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { tokenScopes } from '../../src/core/token.ts';
import type {
  PendingPermissions,
  Permissions,
  PluginPermissions,
  Plugins,
  Runtime,
} from '../../src/options.ts';
import { defaultLimits } from '../../src/permissions/limits.ts';
import { openTokens } from '../../src/tokens.ts';
import { documentOf, entryOf } from './config-documents.ts';

export const pluginId = parsePluginId('some.plugin');
export const ready: PluginStatus = { id: pluginId, state: 'Ready', since: 1_000, version: '1.0.0' };

const lease = { permission: 'log', grantedAt: 1_000, calls: 3 };
const report: PluginPermissions = {
  id: pluginId,
  policy: 'default',
  wants: [
    { permission: 'log', reason: 'To tell', isOptional: false, state: 'leased', rule: 'a lease: 3 calls' },
  ],
  grants: [
    { permission: 'log', by: 'lease', isAskedFor: true, lease: { ...lease, used: { calls: 3, bytes: 0 } } },
  ],
};
const pending: PendingPermissions = {
  id: pluginId,
  isServing: true,
  missing: [{ permission: 'log', reason: 'To tell', tomlLine: 'permissions = ["log"]', rule: 'no grant' }],
  widening: [{ permission: 'env:read:HOME', reason: 'To know' }],
  approval: '0123456789abcdef',
  error: { code: 'PERMISSION_PENDING', blame: 'user', message: 'It waits' },
};

export type Caller = 'nobody' | 'stranger' | (typeof tokenScopes)[number];

/** The admin API over a runtime that is only relays and canned answers, with a token for each scope. */
export interface AdminServer extends AsyncDisposable {
  readonly admin: Admin;
  readonly runtime: Runtime;
  readonly publishers: Publishers;
  /** What was asked of the runtime: `disable some.plugin`. */
  readonly asked: string[];
  readonly faults: unknown[];
  readonly stateFolder: string;
  /** By path behind the prefix, as somebody with a token of that scope. */
  fetch(path: string, init?: RequestInit, caller?: Caller): Promise<Response>;
  headersOf(caller: Caller): Record<string, string>;
  tokenOf(caller: Caller): string;
}

export async function startAdminServer(options: AdminOptions = {}): Promise<AdminServer> {
  const stateFolder = await mkdtemp(join(tmpdir(), 'sbx-api-'));
  const tokens = openTokens(stateFolder);
  const secrets = new Map<Caller, string>([['stranger', `sbx_${'a'.repeat(43)}`]]);
  for (const scope of tokenScopes) {
    secrets.set(scope, (await tokens.create({ name: scope, scopes: [scope] })).token);
  }
  const { relays, publishers, close } = createRelays();
  const asked: string[] = [];
  const faults: unknown[] = [];
  const runtime = cannedRuntime(relays, stateFolder, asked);
  publishers.pluginsConfigReplay({ phase: 'known', document: documentOf([entryOf(pluginId)]) });
  publishers.pluginStatus(board([ready]));
  const admin = await startAdmin(runtime, {
    port: 0,
    onFault: (error) => faults.push(error),
    ...options,
  });
  const headersOf = (caller: Caller): Record<string, string> => {
    const token = secrets.get(caller);
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  };
  return {
    admin,
    runtime,
    publishers,
    asked,
    faults,
    stateFolder,
    headersOf,
    tokenOf: (caller) => secrets.get(caller) ?? '',
    fetch: (path, init = {}, caller = 'admin') =>
      fetch(admin.address + (path.startsWith('/metrics') ? path : admin.prefix + path), {
        ...init,
        headers: { ...headersOf(caller), ...(init.headers as Record<string, string> | undefined) },
      }),
    [Symbol.asyncDispose]: async () => {
      await admin.close();
      close();
      await rm(stateFolder, { recursive: true, force: true });
    },
  };
}

export function board(statuses: readonly PluginStatus[], changed?: PluginStatus): StatusBoard {
  return {
    phase: 'known',
    plugins: new Map(statuses.map((status) => [status.id, status])),
    ...(changed && { changed }),
  };
}

/** A request with a JSON body. */
export function json(method: string, body: unknown, headers: Record<string, string> = {}): RequestInit {
  return {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

function cannedRuntime(relays: Runtime['relays'], stateFolder: string, asked: string[]): Runtime {
  const answer = async (what: string, id: string): Promise<PluginStatus> => {
    asked.push(`${what} ${id}`);
    if (id !== pluginId) throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id "${id}"`);
    return ready;
  };
  const plugins: Plugins = {
    list: () => [ready],
    get: (id) => (id === pluginId ? ready : undefined),
    about: async (id) => {
      await answer('describe', id);
      return { entry: entryOf(pluginId), limits: defaultLimits };
    },
    call: async (id, name, args = [], { signal } = {}) => {
      await answer(`call ${name}(${args.join(', ')}) of`, id);
      if (name === 'wait')
        return new Promise((_, reject) =>
          signal?.addEventListener('abort', () => {
            asked.push('aborted');
            reject(new SignalboxError('CALL_ABORTED', 'Aborted'));
          }),
        );
      if (name === 'full') throw new SignalboxError('MAILBOX_FULL', 'Full');
      if (name === 'bug') throw new Error('secret of the host');
      return { sum: 3n, nothing: undefined };
    },
    enable: (id) => answer('enable', id),
    disable: (id) => answer('disable', id),
    reload: (id) => answer('reload', id),
    retry: (id) => answer('retry', id),
    register: async ({ manifest, code, files = [] }) => {
      const parts = [code, ...files.map(({ path, bytes }) => `${path}=${Buffer.from(bytes)}`)];
      return answer(`register ${manifest} ${parts.map(String).join(' ')}`, pluginId);
    },
    remove: async (id) => void (await answer('remove', id)),
    waiting: () => 7,
  };
  const document = documentOf([entryOf(pluginId)]);
  return {
    relays,
    plugins,
    permissions: cannedPermissions(asked),
    inspect$: NEVER,
    stateFolder,
    config: {
      file: document.file,
      edit: async (change) => {
        asked.push(`edit ${JSON.stringify(change)}`);
        return document;
      },
    },
    actors: () => [
      {
        actor: 'x:0',
        id: 'x:0',
        machine: 'manager',
        states: ['manager', 'manager.Running'],
        status: 'active',
      },
    ],
    settled: async () => board([ready]),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

function cannedPermissions(asked: string[]): Permissions {
  const answer = async (what: string): Promise<PluginStatus> => {
    asked.push(what);
    return ready;
  };
  return {
    list: () => [report],
    pending: () => [pending],
    grant: (id, permissions, terms) => answer(`grant ${id} ${permissions} ${JSON.stringify(terms)}`),
    lend: (id, permissions) => answer(`lend ${id} ${permissions}`),
    revoke: (id, permissions) => answer(`revoke ${id} ${permissions}`),
    approve: (id) => answer(`approve ${id}`),
  };
}
