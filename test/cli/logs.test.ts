import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pc from 'picocolors';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import type { Shell } from '../../src/cli/shell.ts';
import { pluginId, startAdminServer } from '../support/admin-server.ts';

test('logs -f says when lines came faster than it could be told, and goes on', async () => {
  await using server = await startAdminServer();
  const config = join(server.stateFolder, 'app.toml');
  await writeFile(config, '[signalbox]\nstate_dir = "."\n');
  let [printed, complained, code, stop] = ['', '', -1, () => {}];
  const colors = pc.createColors(false);
  const shell: Shell = {
    cwd: server.stateFolder,
    colors,
    errorColors: colors,
    canAsk: false,
    print: (text) => {
      printed += text;
    },
    complain: (text) => {
      complained += text;
    },
    exitWith: (given) => {
      code = given;
    },
    onStop: (listener) => {
      stop = () => listener('SIGINT');
      return { [Symbol.dispose]: () => {} };
    },
  };
  const say = (message: string) =>
    server.publishers.pluginLog({ plugin: pluginId, time: 0, level: 'info', message, fields: {} });

  const following = createProgram(shell).parseAsync(['node', 'signalbox', 'logs', '-f', '--config', config]);
  await expect
    .poll(() => {
      say('are you there');
      return printed;
    })
    .toContain('are you there');
  expect(complained).toBe('');
  // In one turn, so that nobody is told of any before the first are pushed out.
  for (let each = 0; each < 5_000; each++) say(`line ${each}`);
  await expect.poll(() => complained).toBe('Lines are missing here: they came faster than they were read\n');
  say('after');
  await expect.poll(() => printed).toContain('some.plugin info after\n');
  stop();
  await following;
  expect(code).toBe(0);
});
