import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectToRuntime } from '../../src/admin/socket-client.ts';
import { startAdmin } from '../../src/admin/start-admin.ts';
import { socketPathOf } from '../../src/admin/unix-socket.ts';
import { type AdminServer, startAdminServer } from '../support/admin-server.ts';

let server: AdminServer;
let path: string;
beforeEach(async () => {
  server = await startAdminServer();
  path = socketPathOf(server.stateFolder);
});
afterEach(() => server[Symbol.asyncDispose]());

const start = () => startAdmin(server.runtime, { port: 0 });

test('of two that start at once one has the socket, and the other says so', async () => {
  await server.admin.close();
  const admins = await Promise.all([start(), start(), start()]);
  const [holder, ...others] = admins.toSorted(
    (a, b) => Number(b.socket !== undefined) - Number(a.socket !== undefined),
  );
  expect(others.map(({ socket, socketProblem }) => [socket, socketProblem?.code])).toEqual([
    [undefined, 'API_UNSERVED'],
    [undefined, 'API_UNSERVED'],
  ]);
  for (const other of others) await other.close();
  expect(holder?.socket).toBe(path);
  expect(await (await connectToRuntime(server.stateFolder))?.ask('GET', '/health')).toEqual({
    status: 'serving',
  });
  await holder?.close();
});

test('one that is listened on is not taken, and is there when who tried has gone', async () => {
  const second = await start();
  expect(second.socketProblem?.hint).toBe('Stop it, or give this one a state_dir of its own');
  await second.close();
  expect((await stat(path)).isSocket()).toBe(true);
  expect(await connectToRuntime(server.stateFolder)).toBeDefined();
});

test('what nobody listens on is replaced, and is closed to others', async () => {
  await server.admin.close();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'left over', { mode: 0o644 });
  await using admin = await start();
  expect(admin.socket).toBe(path);
  const [socket, folder] = [await stat(path), await stat(dirname(path))];
  expect([socket.isSocket(), socket.mode & 0o777, folder.mode & 0o777]).toEqual([true, 0o600, 0o700]);
});

test('a folder that cannot hold it costs the socket alone', async () => {
  await server.admin.close();
  await rm(dirname(path), { recursive: true });
  await writeFile(dirname(path), 'a file is in the way');
  await using admin = await start();
  expect([admin.socket, admin.socketProblem?.code]).toEqual([undefined, 'API_UNSERVED']);
  expect((await fetch(`${admin.address}${admin.prefix}/health`)).status).toBe(200);
});

test('whoever asks where nothing listens is told so by nothing', async () => {
  await server.admin.close();
  expect(await connectToRuntime(server.stateFolder)).toBeUndefined();
});
