import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliApp, createCliApp, greeter, keeper, keeping } from '../support/cli-app.ts';

let app: CliApp;
beforeAll(async () => {
  app = await createCliApp();
});
afterAll(() => app[Symbol.asyncDispose]());

interface Line {
  readonly time: number;
  readonly relay: string;
  readonly value: Readonly<Record<string, unknown>>;
}

function jsonLines(stdout: string): readonly Line[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** Beside the lines of relays. Whoever keeps this output must not be let in by it: there is no token. */
const served = expect.stringMatching(
  /^Admin API at http:\/\/127\.0\.0\.1:\d+\/api\/v1\nDashboard at http:\/\/127\.0\.0\.1:\d+\/\nSign in with a token: .*\n$/,
);

describe('signalbox run', () => {
  test('--json prints one object a line for every relay, and SIGINT shuts plugins down in order', async () => {
    const running = app.start('run', '--json');
    await running.said('"state":"Ready"');
    process.kill(-running.pid, 'SIGINT');
    const { code, signal, stdout, stderr } = await running.ended;
    const lines = jsonLines(stdout);
    const ofGreeter = lines.filter(({ value }) => value['id'] === 'greeter' || value['plugin'] === 'greeter');
    const story = ofGreeter.map(({ relay, value }) =>
      relay === 'pluginStatus' ? value['state'] : value['message'],
    );
    expect(story.filter((step, index) => step !== undefined && step !== story[index - 1])).toEqual(
      expect.arrayContaining(['Loading', 'hello', 'Ready', 'goodbye']),
    );
    expect(story.indexOf('goodbye')).toBeGreaterThan(story.indexOf('Ready'));
    expect(new Set(lines.map(({ relay }) => relay))).toEqual(
      new Set(['pluginsConfigReplay', 'pluginStatus', 'pluginLog', 'audit', 'telemetry']),
    );
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: served });
  });

  test('in a pipe prints plain lines', async () => {
    const { code, stdout } = await app.cli('run', '--once');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d config read signalbox\.toml, 2 plugins$/m);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d greeter info hello$/m);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d greeter Ready/m);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d greeter info goodbye$/m);
  });

  test('follows a disable from another process', async () => {
    const running = app.start('run');
    await running.said('greeter Ready');
    await app.cli('disable', 'greeter');
    await running.said('greeter Disabled');
    await app.cli('enable', 'greeter');
    process.kill(running.pid, 'SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test('ends quietly when nobody reads any more', async () => {
    const running = app.start('run', '--json');
    await running.said('"state":"Ready"');
    running.child.stdout?.destroy();
    // Something to say, so that it notices.
    await app.cli('disable', 'greeter');
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: served });
    await app.cli('enable', 'greeter');
  });

  test('a second SIGINT ends at once', async () => {
    await app.write('slow.ts', greeter.replace("log('info', 'goodbye', []);", 'for (;;);'));
    const running = app.start('run', 'slow.ts');
    await running.said('Ready');
    process.kill(running.pid, 'SIGINT');
    // Sooner than the fuel of that shutdown is spent.
    const pressing = setInterval(() => process.kill(running.pid, 'SIGINT'), 5);
    const { code, signal } = await running.ended.finally(() => clearInterval(pressing));
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' });
  });

  test.each([
    ['2 when the config cannot be used', ['--config', 'broken.toml'], 2, /error CONFIG_SYNTAX/],
    ['1 when a plugin fails', ['absent.toml'], 1, /gone Error .*ARTIFACT_MISSING/],
  ] as const)('--once exits with %s', async (_title, args, code, said) => {
    expect(await app.cli('run', '--once', ...args)).toMatchObject({
      code,
      stdout: expect.stringMatching(said),
    });
  });

  test('without a config says how to name one', async () => {
    expect(await app.cli('run', 'nowhere.toml')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error CONFIG_UNREADABLE .*"nowhere\.toml"\n {2}hint: /),
    });
  });
});

describe('signalbox run of a single artifact', () => {
  test('grants nothing but the log by default', async () => {
    expect(await app.cli('run', 'lister.ts', '--once')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^error IMPORT_UNDECLARED .*filesystem.*\n {2}hint: Add --allow-fs=DIR\n$/,
      ),
    });
  });

  test('grants what flags allow', async () => {
    const { code, stdout } = await app.cli('run', 'lister.ts', '--once', '--allow-fs=waves');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/lister info waves\/a\.vcd/)]);
  });

  test('names the flags a plugin folder needs, and keeps the id of its manifest', async () => {
    const refused = await app.cli('run', 'wanting', '--once');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      'error PERMISSION_PENDING Plugin "wanting" requires "fs:list:waves" (to find files)\n  hint: Add --allow-list=waves\n',
    ]);
    const allowed = await app.cli('run', 'wanting', '--once', '--allow-list=waves');
    expect([allowed.code, allowed.stdout]).toEqual([0, expect.stringMatching(/wanting info waves\/a\.vcd/)]);
  });

  test('lets it write and keep values from one run to the next, as flags allow', async () => {
    await app.write('keeper.ts', keeper);
    await app.write('out/seed.txt', '');
    const refused = await app.cli('run', 'keeper.ts', '--once', '--allow-write=out');
    expect(refused.stderr).toMatch(/IMPORT_UNDECLARED .*storage.*\n {2}hint: Add --allow-storage=SPACE\n$/);
    const flags = ['--allow-write=out', '--allow-storage=notes'];
    const runs = [
      await app.cli('run', 'keeper.ts', '--once', ...flags),
      await app.cli('run', 'keeper.ts', '--once', ...flags),
    ];
    expect(runs.map(({ code, stdout }) => [code, /keeper info (run .*)/.exec(stdout)?.[1]])).toEqual([
      [0, 'run 1'],
      [0, 'run 2'],
    ]);
    expect(await readFile(join(app.folder, 'out/runs.txt'), 'utf8')).toBe('2');
  });

  test('names one flag for what belongs together', async () => {
    await app.write('keeping/plugin.toml', keeping);
    await app.write('keeping/main.ts', keeper);
    expect((await app.cli('run', 'keeping', '--once')).stderr).toContain(
      '\n  hint: Add --allow-write=out --allow-storage=notes\n',
    );
  });

  test('refuses permission flags beside a config', async () => {
    expect(await app.cli('run', 'signalbox.toml', '--allow-read=waves')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error ARGUMENT_INVALID /),
    });
  });
});
