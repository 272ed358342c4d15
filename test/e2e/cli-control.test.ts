import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type CliApp, createCliApp } from '../support/cli-app.ts';
import type { CliProcess } from '../support/cli-process.ts';

const calculator = `
import { log } from 'signalbox:plugin/log';
export const add = (a, b) => a + b;
export const echo = (value) => value;
export const say = (text) => log('info', text, []);
export const refuse = () => { throw { tag: 'failed', val: 'not today' }; };
`;
const configText = `[api]
port = 0

[[plugins.entries]]
id = "calculator"
enabled = true # on
artifact_path = "calculator.ts"
permissions = ["log"]

[signalbox]
auto_discover = true
`;

// Each command is a process of its own.
vi.setConfig({ testTimeout: 120_000 });

let app: CliApp;
beforeAll(async () => {
  app = await createCliApp();
  await app.write('calculator.ts', calculator);
  await app.write('calc.toml', configText);
});
afterAll(() => app[Symbol.asyncDispose]());

const cli = (command: string, ...args: readonly string[]) =>
  app.cli(command, ...args, '--config', 'calc.toml');

async function running(work: (runtime: CliProcess) => Promise<void>): Promise<void> {
  const runtime = app.start('run', '--config', 'calc.toml');
  try {
    await runtime.said('calculator Ready');
    await runtime.said('Admin API at http://127.0.0.1:');
    await work(runtime);
  } finally {
    runtime.child.kill('SIGTERM');
    await runtime.ended;
  }
}

describe('commands about a running runtime', () => {
  test('call, list, disable, enable, reload and retry reach it by its socket', async () => {
    await running(async () => {
      expect(await cli('call', 'calculator', 'add', '1', '2')).toMatchObject({ code: 0, stdout: '3\n' });
      expect(await cli('call', 'calculator', 'echo', '{"deep":[1]}', '--json')).toMatchObject({
        code: 0,
        stdout: '{\n  "result": {\n    "deep": [\n      1\n    ]\n  }\n}\n',
      });
      expect(await cli('call', 'calculator', 'echo', 'plain text')).toMatchObject({ stdout: 'plain text\n' });
      expect(await cli('call', 'calculator', 'refuse')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('error PLUGIN_REFUSED'),
      });
      expect(await cli('call', 'calculator', 'ad')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('error CALL_INVALID'),
      });
      const listed = await cli('list', '--json');
      const [named, found] = [{ id: 'calculator' }, { id: 'wanting', enabled: false, foundIn: 'wanting' }];
      expect([JSON.parse(listed.stdout), listed.stderr]).toEqual([
        [
          expect.objectContaining({ ...named, status: expect.objectContaining({ state: 'Ready' }) }),
          expect.objectContaining({ ...found, status: expect.objectContaining({ state: 'Disabled' }) }),
        ],
        '',
      ]);
      expect((await cli('list')).stdout).toMatch(
        /^wanting +Disabled +no +- +1\.0\.0 +wanting \(found, no entry/m,
      );
      expect(await cli('disable', 'calculator')).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /^Disabled "calculator" in calc\.toml:6: enabled = false # on\ncalculator Disabled in the config\n$/,
        ),
        stderr: '',
      });
      expect(await cli('enable', 'calculator')).toMatchObject({
        stdout: expect.stringContaining('\ncalculator Ready'),
      });
      expect(await readFile(join(app.folder, 'calc.toml'), 'utf8')).toBe(configText);
      expect(await cli('reload', 'calculator')).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^calculator Ready/),
      });
      await writeFile(join(app.folder, 'calculator.ts'), 'export const = 1');
      expect(await cli('reload', 'calculator')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('SCRIPT_INVALID'),
      });
      expect((await cli('list')).stdout).toMatch(/^calculator +Ready \(degraded\) .*SCRIPT_INVALID$/m);
      await writeFile(join(app.folder, 'calculator.ts'), calculator);
      expect(await cli('retry', 'calculator', '--json')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('"state": "Ready"'),
      });
    });
  });

  test('logs prints what was logged and follows', async () => {
    await running(async (runtime) => {
      await cli('call', 'calculator', 'say', 'before');
      const { stdout } = await cli('logs', 'calculator', '--level', 'info');
      expect(stdout).toMatch(/^\d\d:\d\d:\d\d calculator info before\n$/);
      const following = app.start('logs', '-f', '--json', '--config', 'calc.toml');
      await following.said('"before"');
      await cli('call', 'calculator', 'say', 'after');
      await following.said('"after"');
      process.kill(following.pid, 'SIGINT');
      expect(await following.ended).toMatchObject({ code: 0, stderr: '' });

      const left = app.start('logs', '-f', '--config', 'calc.toml');
      await left.said('after');
      runtime.child.kill('SIGTERM');
      expect(await left.ended).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('error RUNTIME_ABSENT The runtime has ended'),
      });
    });
  });

  test('the socket belongs to its owner alone, and goes with the runtime', async () => {
    const socket = join(app.folder, '.signalbox/control/api.sock');
    await running(async () => {
      const [file, folder] = [await stat(socket), await stat(join(socket, '..'))];
      expect([file.mode & 0o777, folder.mode & 0o777]).toEqual([0o600, 0o700]);
    });
    await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a socket left by a runtime that was killed is swept', async () => {
    const killed = app.start('run', '--config', 'calc.toml');
    await killed.said('Admin API at');
    process.kill(killed.pid, 'SIGKILL');
    await killed.ended;
    expect(await cli('call', 'calculator', 'add', '1', '2')).toMatchObject({ code: 1 });
    await running(async () => {
      expect(await cli('call', 'calculator', 'add', '1', '2')).toMatchObject({ code: 0 });
    });
  });

  test('a second runtime of the same state leaves the socket to the first, and says so', async () => {
    await running(async () => {
      const second = app.start('run', '--config', 'calc.toml');
      await second.said('without a socket');
      second.child.kill('SIGTERM');
      await second.ended;
      expect(await cli('call', 'calculator', 'add', '1', '2')).toMatchObject({ code: 0 });
    });
  });
});

describe('without a runtime', () => {
  test.each([
    ['call', 'calculator', 'add'],
    ['reload', 'calculator'],
    ['retry', 'calculator'],
    ['logs', '-f'],
  ])('%s says so', async (...args) => {
    const [command = '', ...rest] = args;
    expect(await cli(command, ...rest)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error RUNTIME_ABSENT No runtime runs calc\.toml\n {2}hint: Start it/),
    });
  });

  test('list, enable and disable say so and work on the file', async () => {
    expect(await cli('list')).toMatchObject({
      code: 0,
      stderr: 'No runtime runs calc.toml: this is what the config names\n',
    });
    expect(await cli('disable', 'calculator')).toMatchObject({
      code: 0,
      stdout: 'Disabled "calculator" in calc.toml:6: enabled = false # on\n',
      stderr: 'No runtime runs calc.toml: the config alone is changed\n',
    });
    await cli('enable', 'calculator');
  });
});

describe('signalbox token', () => {
  test('makes tokens a running runtime knows at once, until they are revoked', async () => {
    await running(async (runtime) => {
      const [, address] = /Admin API at (\S+)/.exec(runtime.stdout) ?? [];
      const created = await cli('token', 'create', '--name', 'ci', '--scope', 'read,write', '--json');
      const { token, id } = JSON.parse(created.stdout);
      const ask = async () =>
        (await fetch(`${address}/plugins`, { headers: { authorization: `Bearer ${token}` } })).status;
      expect(await ask()).toBe(200);
      const listed = await cli('token', 'list');
      expect(listed.stdout).toMatch(new RegExp(`^${id} +read,write +\\S+ +- +ci$`, 'm'));
      expect(listed.stdout).not.toContain(token);
      expect(await cli('token', 'revoke', id)).toMatchObject({ code: 0, stdout: `Revoked token ${id}\n` });
      expect(await ask()).toBe(401);
      expect(await cli('token', 'revoke', id)).toMatchObject({ code: 2 });
    });
  });

  test.each([
    [['create', '--name', 'x', '--scope', 'root'], 'Scopes are read, write, admin'],
    [['create'], "required option '--name <name>'"],
    [['create', '--name', 'x', '--days', '-1'], 'no number of days'],
  ])('refuses %j', async (args, said) => {
    expect(await app.cli('token', ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  });
});

test('run refuses to serve others while there is no token', async () => {
  await app.write('open.toml', '[signalbox]\nstate_dir = ".open"\n[api]\nhost = "0.0.0.0"\nport = 0\n');
  expect(await app.cli('run', '--config', 'open.toml')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('error API_UNSERVED'),
  });
});
