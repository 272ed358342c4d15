import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRuntime } from '../../src/runtime.ts';
import { type CliApp, createCliApp, keeper, keeping } from '../support/cli-app.ts';
import { driveTerminal, hasTerminal } from '../support/terminal.ts';

let app: CliApp;
beforeEach(async () => {
  app = await createCliApp();
  await app.write('signalbox.toml', bare);
});
afterEach(() => app[Symbol.asyncDispose]());

const bare = `# what runs here
[[plugins.entries]]
id = "wanting" # asks
enabled = true
artifact_path = "wanting"

[host]
theme = "dark"
`;
const text = () => readFile(join(app.folder, 'signalbox.toml'), 'utf8');
const wants = ['fs:list:waves', 'log'];

/** Each run of the command line takes seconds on a busy machine. */
const patience = { timeout: 120_000 };

describe('signalbox grant, permissions and revoke', patience, () => {
  test('grant, run, look and take away, and every other byte stays', async () => {
    const before = await app.cli('permissions');
    const granted = await app.cli('grant', 'wanting', ...wants);
    const after = await text();
    const run = await app.cli('run', '--once');
    const looked = await app.cli('permissions', 'wanting', '--json');
    const revoked = await app.cli('revoke', 'wanting', '--all', '--json');
    expect([before.code, before.stdout]).toEqual([
      1,
      [
        'wanting policy default',
        '  fs:list:waves  missing  its entry does not grant it  to find files',
        '  log            missing  its entry does not grant it  to say what it found\n',
      ].join('\n'),
    ]);
    expect(granted.stdout).toBe(
      'Granted "wanting" in signalbox.toml:6: permissions = ["fs:list:waves", "log"]\n',
    );
    expect(after).toBe(
      bare.replace('"wanting"\n\n', '"wanting"\npermissions = ["fs:list:waves", "log"]\n\n'),
    );
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining('wanting info waves/a.vcd')]);
    expect([looked.code, JSON.parse(looked.stdout)]).toEqual([
      0,
      [
        expect.objectContaining({
          id: 'wanting',
          policy: 'default',
          wants: wants.map((permission) =>
            expect.objectContaining({ permission, state: 'granted', rule: permission }),
          ),
        }),
      ],
    ]);
    expect(JSON.parse(revoked.stdout)).toMatchObject({ permissions: 'all', changed: true, line: 6 });
    expect(await text()).toBe(bare.replace('"wanting"\n\n', '"wanting"\npermissions = []\n\n'));
  });

  test('a lease is used up over several runs, and a new grant is a new lease', async () => {
    await app.cli('grant', 'wanting', '--all', '--yes', '--calls', '1');
    const codes: (number | null)[] = [];
    for (let run = 0; run < 2; run++) codes.push((await app.cli('run', '--once')).code);
    const looked = await app.cli('permissions');
    expect([...codes, looked.stdout]).toEqual([
      0,
      1,
      expect.stringMatching(/log +missing +the lease of "log" is used up: 1 calls .*1 of 1 calls used/s),
    ]);
    await app.cli('revoke', 'wanting', '--all');
    await app.cli('grant', 'wanting', ...wants, '--for', '1h', '--calls', '5');
    expect((await app.cli('run', '--once')).code).toBe(0);
  });

  test('an upgrade waits over a restart until it is approved', async () => {
    await app.cli('grant', 'wanting', ...wants, 'random');
    await app.cli('run', '--once');
    const manifest = await readFile(join(app.folder, 'wanting/plugin.toml'), 'utf8');
    const upgraded = `${manifest.replace('1.0.0', '2.0.0')}\n[[permissions]]\nwant = "random"\nreason = "for luck"\n`;
    await app.write('wanting/plugin.toml', upgraded);
    const waiting = await app.cli('run', '--once');
    const checked = await app.cli('check');
    const approved = await app.cli('grant', 'wanting', '--approve');
    const run = await app.cli('run', '--once');
    expect([waiting.code, waiting.stdout]).toEqual([
      1,
      expect.stringContaining(
        'Version 2.0.0 of plugin "wanting" asks for more than was approved: "random": for luck',
      ),
    ]);
    expect([checked.code, checked.stdout]).toEqual([
      1,
      expect.stringContaining('signalbox grant wanting --approve'),
    ]);
    expect(approved.stdout).toMatch(/^Approved "wanting" in signalbox\.toml:4: approved = "[0-9a-f]{16}"\n$/);
    expect(run.code).toBe(0);
    expect((await app.cli('grant', 'wanting', '--approve')).code).toBe(2);
  });

  test.each([
    [['grant', 'wanting'], 'It is not said what to grant'],
    [['grant', 'wanting', '--all'], 'Nobody can be asked whether to grant all that'],
    [['grant', 'wanting', 'log', '--for', '1w'], 'Duration "1w" is not one'],
    [['grant', 'wanting', 'log', '--calls', '0'], 'Count "0" is not a whole number from 1 up'],
    [['revoke', 'wanting', 'log', '--all'], 'It is not said what to revoke'],
    [['grant', 'wanting', '--approve'], 'Nothing of plugin "wanting" waits for approval'],
  ])('%j is refused and changes nothing', async (args, said) => {
    expect(await app.cli(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
    expect(await text()).toBe(bare);
  });
});

describe('runtime.permissions', patience, () => {
  const open = () => createRuntime({ config: join(app.folder, 'signalbox.toml') });

  test('tells what waits, grants for a while, and takes away', async () => {
    await using runtime = await open();
    await runtime.settled();
    expect(runtime.permissions.pending()).toMatchObject([
      { id: 'wanting', isServing: false, missing: [{ permission: 'fs:list:waves' }, { permission: 'log' }] },
    ]);
    const status = await runtime.permissions.grant('wanting', wants, { calls: 100 });
    expect(status.state).toBe('Ready');
    expect(await text()).toMatch(/leases = \[\{ permission = "fs:list:waves", granted = .*, calls = 100 \}/);
    expect(runtime.permissions.list()).toMatchObject([
      { id: 'wanting', grants: [{ lease: { used: { calls: 1 } } }, { lease: { used: { calls: 1 } } }] },
    ]);
    expect(await runtime.permissions.revoke('wanting', ['log'])).toMatchObject({
      state: 'Error',
      phase: 'pendingApproval',
    });
    await expect(runtime.permissions.approve('wanting')).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  test('lends as long as the runtime lives, and writes nothing', async () => {
    {
      await using runtime = await open();
      await runtime.settled();
      expect((await runtime.permissions.lend('wanting', wants)).state).toBe('Ready');
      expect(await text()).toBe(bare);
    }
    await using again = await open();
    const { plugins } = await again.settled();
    expect([...plugins.values()].map(({ phase }) => phase)).toEqual(['pendingApproval']);
  });

  test('a state folder that cannot hold a database lets no plugin with a manifest run, and says why', async () => {
    await rm(join(app.folder, '.signalbox'), { recursive: true, force: true });
    await writeFile(join(app.folder, '.signalbox'), 'a file is in the way');
    await using runtime = await open();
    const { plugins } = await runtime.settled();
    expect([...plugins.values()].map(({ state, error }) => [state, error?.code])).toEqual([
      ['Error', 'STORE_FAILED'],
    ]);
  });
});

describe.skipIf(!hasTerminal)('on a terminal', patience, () => {
  test("a plugin that waits is asked about, in its author's words and without his control characters", async () => {
    const manifest = await readFile(join(app.folder, 'wanting/plugin.toml'), 'utf8');
    await app.write(
      'wanting/plugin.toml',
      manifest.replace('to find files', String.raw`to \u001b[2J find files`),
    );
    const { code, output } = await driveTerminal(
      app,
      ['run', '--once'],
      [
        ['Allow always', '\u001b[B\u001b[B\r'],
        ['requires log', '\u001b[B\r'],
      ],
    );
    expect(output).toContain(String.raw`Its author says: to \u001b[2J find files`);
    expect([code, output]).toEqual([0, expect.stringContaining('wanting info waves/a.vcd')]);
    expect(await text()).toContain('permissions = ["fs:list:waves"]\n');
  });

  test('a hasty Enter denies, and nothing is granted', async () => {
    const { code } = await driveTerminal(app, ['run', '--once'], [['Allow always', '\r']]);
    expect([code, await text()]).toEqual([1, bare]);
  });

  test('one artifact is asked about too, for this run', async () => {
    const { code, output } = await driveTerminal(
      app,
      ['run', 'wanting', '--once'],
      [['Allow for this run', '\u001b[B\r']],
    );
    expect([code, output]).toEqual([0, expect.stringContaining('wanting info waves/a.vcd')]);
  });

  test('one artifact is asked whether it may write and keep values, but for what a flag allows', async () => {
    await app.write('keeping/plugin.toml', keeping);
    await app.write('keeping/main.ts', keeper);
    await app.write('out/seed.txt', '');
    const allow = '\u001b[B\r';
    const { code, output } = await driveTerminal(
      app,
      ['run', 'keeping', '--once', '--allow-write=out'],
      [
        ['requires storage:read:notes', allow],
        ['requires storage:write:notes', allow],
      ],
    );
    expect([code, output]).toEqual([0, expect.stringContaining('keeping info run 1')]);
    expect(output).not.toContain('requires fs:write');
  });

  test('nobody is asked with --no-prompt', async () => {
    const { code, output } = await driveTerminal(app, ['run', '--once', '--no-prompt'], []);
    expect([code, output.includes('Allow')]).toEqual([1, false]);
  });
});
