import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Admin, startAdmin } from '../../src/admin/start-admin.ts';
import { createTestRuntime, type TestRuntime } from '../../src/testing.ts';
import { openTokens } from '../../src/tokens.ts';
import { openEvents } from '../support/event-client.ts';

vi.setConfig({ testTimeout: 60_000 });

const source = `
export const add = (a, b) => a + b;
export const crash = () => { throw new Error('broken'); };
`;

let box: TestRuntime;
let admin: Admin;
let token: string;
beforeAll(async () => {
  box = await createTestRuntime({
    plugins: { 'real.plugin': { source }, 'other.plugin': { source: '' } },
  });
  token = (await openTokens(box.stateFolder).create({ name: 'all', scopes: ['admin'] })).token;
  admin = await startAdmin(box, { port: 0 });
});
afterAll(async () => {
  await admin.close();
  await box.close();
});

async function ask(method: string, path: string, body?: unknown) {
  const response = await fetch(`${admin.address}${admin.prefix}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

describe('the admin API of a real runtime', () => {
  test('calls a plugin and says how it failed', async () => {
    const call = (name: string, args: readonly unknown[] = []) =>
      ask('POST', '/plugins/real.plugin/call', { export: name, args });
    expect(await call('add', [1, 2])).toEqual({ status: 200, body: { result: 3 } });
    expect(await call('nothing')).toMatchObject({ status: 422, body: { code: 'CALL_INVALID' } });
    expect(await call('crash')).toMatchObject({
      status: 502,
      body: { code: 'GUEST_TRAPPED', blame: 'plugin' },
    });
    expect(await call('add', [2, 2])).toEqual({ status: 200, body: { result: 4 } });
  });

  test('disables, enables and reloads', async () => {
    expect(await ask('POST', '/plugins/other.plugin/disable')).toMatchObject({ body: { state: 'Disabled' } });
    expect(await ask('POST', '/plugins/other.plugin/enable')).toMatchObject({ body: { state: 'Ready' } });
    expect(await ask('POST', '/plugins/other.plugin/reload')).toMatchObject({ body: { state: 'Ready' } });
  });

  test('takes a plugin in, disabled and without permissions, and lets it go', async () => {
    const upload = {
      manifest: 'id = "up.loaded"\nversion = "1.0.0"\nkind = "script"\nentry = "main.ts"\n',
      artifact: Buffer.from('export const one = () => 1;').toString('base64'),
    };
    expect(await ask('POST', '/plugins', upload)).toMatchObject({
      status: 201,
      body: { id: 'up.loaded', state: 'Disabled' },
    });
    expect(await readFile(join(box.folder, 'plugins/up.loaded/main.ts'), 'utf8')).toBe(
      'export const one = () => 1;',
    );
    const { body } = await ask('GET', '/config');
    expect(body.document.entries.at(-1)).toMatchObject({
      id: 'up.loaded',
      enabled: false,
      artifactPath: 'plugins/up.loaded',
      permissions: [],
    });
    expect(await ask('POST', '/plugins', upload)).toMatchObject({
      status: 409,
      body: { code: 'PLUGIN_EXISTS' },
    });
    expect(await ask('POST', '/plugins/up.loaded/enable')).toMatchObject({ body: { state: 'Ready' } });
    expect(await ask('DELETE', '/plugins/up.loaded')).toEqual({ status: 204, body: undefined });
    expect(await ask('GET', '/plugins/up.loaded')).toMatchObject({ status: 404 });
    expect(await ask('DELETE', '/plugins/up.loaded')).toMatchObject({ status: 404 });
  });

  test('takes in a script of several files and runs it, and nothing of one whose files lead out', async () => {
    const manifest = 'id = "up.parts"\nversion = "1.0.0"\nkind = "script"\nentry = "main.ts"\n';
    const artifact = btoa(`export { two } from './lib/two.ts';`);
    const upload = (path: string) =>
      ask('POST', '/plugins', {
        manifest,
        artifact,
        files: [{ path, content: btoa('export const two = () => 2;') }],
      });
    expect(await upload('../two.ts')).toMatchObject({ status: 422, body: { code: 'ARTIFACT_NAME_REFUSED' } });
    expect(await upload('lib/three.ts')).toMatchObject({ status: 422, body: { code: 'SCRIPT_INVALID' } });
    expect(await ask('GET', '/plugins/up.parts')).toMatchObject({ status: 404 });
    expect(await upload('lib/two.ts')).toMatchObject({ status: 201, body: { state: 'Disabled' } });
    await ask('POST', '/plugins/up.parts/enable');
    expect(await ask('POST', '/plugins/up.parts/call', { export: 'two' })).toEqual({
      status: 200,
      body: { result: 2 },
    });
    await ask('DELETE', '/plugins/up.parts');
  });

  test('grants for a while and takes away, as the config then says', async () => {
    const entry = async () => {
      const { body } = await ask('GET', '/config');
      return body.document.entries.find(({ id }: { id: string }) => id === 'other.plugin');
    };
    const grant = { permissions: ['log'], calls: 2 };
    expect(await ask('POST', '/permissions/other.plugin/grant', grant)).toMatchObject({
      status: 200,
      body: { id: 'other.plugin', state: 'Ready' },
    });
    const lease = { permission: 'log', grantedAt: expect.any(Number), calls: 2 };
    expect(await entry()).toMatchObject({ permissions: [], leases: [lease] });
    const { body } = await ask('GET', '/permissions');
    expect(body.plugins.find(({ id }: { id: string }) => id === 'other.plugin')).toEqual({
      id: 'other.plugin',
      policy: 'default',
      wants: [],
      grants: [
        {
          permission: 'log',
          by: 'lease',
          isAskedFor: true,
          lease: { ...lease, used: { calls: 0, bytes: 0 } },
        },
      ],
    });
    expect(await ask('GET', '/permissions/pending')).toEqual({ status: 200, body: { plugins: [] } });
    expect(await ask('POST', '/permissions/other.plugin/revoke', { permissions: ['log'] })).toMatchObject({
      status: 200,
      body: { state: 'Ready' },
    });
    expect(await entry()).toMatchObject({ permissions: [], leases: [] });
    await ask('POST', '/permissions/other.plugin/grant', { permissions: ['log', 'metrics'] });
    expect(await entry()).toMatchObject({ permissions: ['log', 'metrics'] });
    await ask('POST', '/permissions/other.plugin/revoke', { permissions: 'all' });
    expect(await entry()).toMatchObject({ permissions: [] });
  });

  test.each([
    ['grant', { permissions: ['fs:fly'] }, { status: 422, body: { code: 'PERMISSION_INVALID' } }],
    ['approve', undefined, { status: 422, body: { code: 'ARGUMENT_INVALID' } }],
  ])('refuses to %s what cannot be', async (command, sent, refused) => {
    expect(await ask('POST', `/permissions/other.plugin/${command}`, sent)).toMatchObject(refused);
    expect(await ask('POST', `/permissions/nobody/${command}`, sent)).toMatchObject({ status: 404 });
  });

  test('what was lent to a plugin is not lent to the next one of its id', async () => {
    const upload = {
      manifest: 'id = "up.again"\nversion = "1.0.0"\nkind = "script"\nentry = "main.ts"\n',
      artifact: Buffer.from('export const one = () => 1;').toString('base64'),
    };
    const granted = async () => {
      const { body } = await ask('GET', '/config');
      return body.document.entries.find(({ id }: { id: string }) => id === 'up.again')?.permissions;
    };
    await ask('POST', '/plugins', upload);
    await box.permissions.lend('up.again', ['log']);
    expect(await granted()).toEqual(['log']);
    await ask('DELETE', '/plugins/up.again');
    expect(await granted()).toBeUndefined();
    await rm(join(box.folder, 'plugins/up.again'), { recursive: true });
    expect(await ask('POST', '/plugins', upload)).toMatchObject({ status: 201 });
    expect(await granted()).toEqual([]);
    await ask('DELETE', '/plugins/up.again');
  });

  test('changes settings in one save and removes those that are null', async () => {
    const patch = (config: unknown) => ask('PATCH', '/config/entries/real.plugin', { config });
    expect((await patch({ a: 1, b: [true] })).body.config).toEqual({ a: 1, b: [true] });
    expect((await patch({ a: null, c: 'x' })).body.config).toEqual({ b: [true], c: 'x' });
    expect(await patch({ d: [null] })).toMatchObject({ status: 422, body: { code: 'CONFIG_EDIT_REFUSED' } });
    expect(await ask('PATCH', '/config/entries/nobody', {})).toMatchObject({ status: 404 });
  });

  test('shows where the machines stand, by states their charts have', async () => {
    const { body: chart } = await ask('GET', '/machines/plugin');
    const { body } = await ask('GET', '/plugins/real.plugin/actors');
    const [plugin] = body.actors;
    expect(plugin).toMatchObject({ machine: 'plugin', id: 'plugin:real.plugin', status: 'active' });
    expect(plugin.states).toContain('plugin.Ready');
    const known = chart.states.map(({ id }: { id: string }) => id);
    expect(plugin.states.filter((id: string) => !known.includes(id))).toEqual([]);
  });

  test('streams a plugin through its states, with the transitions of its machine', async () => {
    const stream = await openEvents(admin, token, 'topics=status,transition&plugin=other.plugin');
    await expect.poll(() => stream.events.map(({ event }) => event)).toEqual(['reset']);
    await ask('POST', '/plugins/other.plugin/disable');
    await ask('POST', '/plugins/other.plugin/enable');
    const statuses = () =>
      stream.events
        .filter(({ event }) => event === 'status')
        .map(({ data }) => JSON.parse(data).status.state);
    await expect.poll(() => new Set(statuses())).toEqual(new Set(['Disabled', 'Loading', 'Ready']));
    expect(stream.events.some(({ event }) => event === 'transition')).toBe(true);
    await stream.close();
  });
});
