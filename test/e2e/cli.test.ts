import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliApp, config, createCliApp } from '../support/cli-app.ts';

let app: CliApp;
beforeAll(async () => {
  app = await createCliApp();
});
afterAll(() => app[Symbol.asyncDispose]());

describe('signalbox list and info', () => {
  test('list prints a table', async () => {
    const { stdout, code } = await app.cli('list');
    expect([stdout.split('\n').map((line) => line.split(/ {2,}/)), code]).toEqual([
      [
        ['ID', 'ENABLED', 'KIND', 'VERSION', 'ARTIFACT', 'PROBLEMS'],
        ['greeter', 'yes', 'script', '-', 'greeter.ts'],
        ['spare', 'no', 'script', '-', 'greeter.ts'],
        [''],
      ],
      0,
    ]);
  });

  test('list --json prints an array', async () => {
    const { stdout, code } = await app.cli('list', '--json');
    expect([JSON.parse(stdout), code]).toEqual([
      [
        { id: 'greeter', enabled: true, kind: 'script', artifactPath: 'greeter.ts', problems: [] },
        { id: 'spare', enabled: false, kind: 'script', artifactPath: 'greeter.ts', problems: [] },
      ],
      0,
    ]);
  });

  test('info tells what a plugin may do', async () => {
    const { stdout, code } = await app.cli('info', 'greeter', '--json');
    expect([JSON.parse(stdout), code]).toEqual([
      {
        id: 'greeter',
        isEnabled: true,
        artifactPath: 'greeter.ts',
        kind: 'script',
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        imports: ['signalbox:plugin/log'],
        effective: ['log'],
        missing: [],
        permissions: {
          policy: 'default',
          wants: [],
          grants: [{ permission: 'log', by: 'permissions', isAskedFor: true }],
        },
        problems: [],
      },
      0,
    ]);
  });

  test('info of an unknown plugin names those there are', async () => {
    expect(await app.cli('info', 'nobody')).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: 'error PLUGIN_UNKNOWN No plugin has the id "nobody"\n  hint: The config names greeter, spare\n',
    });
  });

  test('with --json an error is an object on standard output', async () => {
    const { stdout, stderr, code } = await app.cli('info', 'nobody', '--json');
    expect([JSON.parse(stdout), stderr, code]).toEqual([
      { error: expect.objectContaining({ code: 'PLUGIN_UNKNOWN', blame: 'host' }) },
      '',
      1,
    ]);
  });
});

describe('signalbox enable and disable', () => {
  test('change the one line and keep every other byte', async () => {
    const disabled = await app.cli('disable', 'greeter');
    const afterDisable = await readFile(join(app.folder, 'signalbox.toml'), 'utf8');
    const again = await app.cli('disable', 'greeter');
    const enabled = await app.cli('enable', 'greeter', '--json');
    expect([disabled.stdout, afterDisable, again.stdout, JSON.parse(enabled.stdout)]).toEqual([
      'Disabled "greeter" in signalbox.toml:8: enabled = false # on\n',
      config.replace('enabled = true # on', 'enabled = false # on'),
      '"greeter" is disabled already in signalbox.toml\n',
      { id: 'greeter', enabled: true, changed: true, file: join(app.folder, 'signalbox.toml'), line: 8 },
    ]);
    expect(await readFile(join(app.folder, 'signalbox.toml'), 'utf8')).toBe(config);
  });

  test('refuse an id no entry has', async () => {
    const { code, stderr } = await app.cli('enable', 'nobody');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error PLUGIN_UNKNOWN .*"nobody"/)]);
  });
});

describe('signalbox check', () => {
  test('exits with 0 when all is fine', async () => {
    const { code, stdout } = await app.cli('check');
    expect([code, stdout]).toEqual([
      0,
      '✔ greeter script\n✔ spare script, disabled\nsignalbox.toml: 2 plugins, 0 problems, 0 warnings\n',
    ]);
  });

  test('exits with 1 when a plugin has a problem', async () => {
    const { code, stdout } = await app.cli('check', '--config', 'absent.toml', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      expect.objectContaining({
        entries: [
          expect.objectContaining({
            id: 'gone',
            problems: [expect.objectContaining({ code: 'ARTIFACT_MISSING' })],
          }),
        ],
      }),
    ]);
  });

  test('exits with 2 when the config cannot be used, and shows the place', async () => {
    const { code, stdout } = await app.cli('check', '--config', 'broken.toml');
    expect([code, stdout]).toEqual([
      2,
      expect.stringMatching(/^error CONFIG_SYNTAX .*\n {2}at broken\.toml:2:\d+\n.*\^/s),
    ]);
  });
});

describe('signalbox graph', () => {
  test('prints every machine, or the one named', async () => {
    const all = await app.cli('graph', '--json');
    const names = (JSON.parse(all.stdout) as readonly { name: string; mermaid: string }[]).map(
      ({ name }) => name,
    );
    expect(names).toContain('plugin');
    const one = await app.cli('graph', 'plugin');
    expect([one.code, one.stdout]).toEqual([
      0,
      expect.stringMatching(/^%% plugin\nstateDiagram-v2\n.*Quarantined|quarantined/s),
    ]);
  });

  test('draws one as a picture that needs nothing beside itself', async () => {
    const { code, stdout } = await app.cli('graph', 'plugin', '--format', 'svg');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^<svg xmlns=.*>quarantined<.*<\/svg>\n$/s)]);
    expect(stdout).not.toMatch(/<script|href=|url\(/);
    expect(await app.cli('graph', '--format', 'svg')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('One picture shows one machine'),
    });
  });

  test('names the machines there are', async () => {
    expect(await app.cli('graph', 'engine')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('hint: Machines are '),
    });
  });
});

describe('a command line that makes no sense', () => {
  test.each([
    [['lst'], /unknown command 'lst'\n\(Did you mean list\?\)/],
    [['list', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
    [['info'], /missing required argument 'id'/],
  ])('%j exits with 2 and a suggestion', async (args, said) => {
    expect(await app.cli(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(said),
    });
  });

  test('help and version are none', async () => {
    expect([await app.cli('--version'), await app.cli('run', '--help')]).toEqual([
      { code: 0, signal: null, stdout: '0.1.0\n', stderr: '' },
      {
        code: 0,
        signal: null,
        stdout: expect.stringMatching(/--allow-fs.*--no-allow-log.*SIGINT/s),
        stderr: '',
      },
    ]);
  });
});
