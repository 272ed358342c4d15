import { readdir, readFile, readlink } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/core/fingerprint.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { defaultLimits } from '../../src/permissions/limits.ts';
import type { Instance } from '../../src/ports/sandbox.ts';
import { CellPool } from '../../src/sandbox/broker/cell-pool.ts';
import { innerPid } from '../../src/sandbox/confinement/reached-tier.ts';
import { encodeProgram } from '../../src/sandbox/program.ts';
import type { SandboxEvent } from '../../src/sandbox/sandbox-event.ts';
import { call, never, returned } from './harness.ts';

/** What a translator that a component took over might write. */
const glue = `
  const realm = (function () { return this; })();
  const attempts = {
    process: () => realm.process.pid,
    getBuiltinModule: () => realm.process.getBuiltinModule('node:fs'),
    require: () => realm.require('node:fs'),
    import: () => import('node:fs'),
    Function: () => realm.Function('return 1')(),
    'Function of a function': () => (async () => {}).constructor('return 1')(),
    eval: () => realm.eval('1'),
    'timer from text': () => realm.setTimeout('1', 0),
    fetch: () => realm.fetch('http://127.0.0.1/'),
    WebSocket: () => new realm.WebSocket('ws://127.0.0.1/'),
    Worker: () => new realm.Worker('data:text/javascript,1'),
    'prototype setter': () => { if (!('__proto__' in {})) throw new Error('gone'); },
    'frames of our own code': () => {
      const prepare = realm.Error.prepareStackTrace;
      realm.Error.prepareStackTrace = (_error, frames) => frames;
      const frames = new realm.Error().stack;
      realm.Error.prepareStackTrace = prepare;
      if (!frames.some((frame) => frame.getFunction() !== undefined && frame.getFileName() !== 'component-glue.js')) throw new Error('none');
    },
  };
  return async () => ({
    attempt: async () => {
      const done = [];
      for (const [what, attempt] of Object.entries(attempts)) {
        try { await attempt(); done.push(what); } catch {}
      }
      return done;
    },
  });`;
const program = encodeProgram({
  glue,
  modules: {},
  imports: [],
  exports: [{ name: 'attempt', function: 'attempt' }],
});

describe.each(['own', 'thread'] as const)(
  'hostile generated code in a cell of isolation "%s"',
  (isolation) => {
    const events: SandboxEvent[] = [];
    const pool = new CellPool({
      cells: 1,
      programBytes: async () => program,
      onEvent: (event) => events.push(event),
    });
    let instance: Instance;
    beforeAll(async () => {
      const digest = sha256(program);
      instance = await pool.instantiate(
        {
          pluginId: parsePluginId('test.guest'),
          prepared: { digest, kind: 'component', imports: [], exports: ['attempt'] },
          isolation,
          limits: defaultLimits,
          imports: {},
        },
        digest,
        never,
      );
    });
    afterAll(async () => {
      await pool[Symbol.asyncDispose]();
    });

    test('finds no way to node', async () => {
      // A thread has the flags of its host.
      const evaluates =
        isolation === 'thread' ? ['Function', 'Function of a function', 'eval', 'prototype setter'] : [];
      expect(await call(instance, 'attempt')).toEqual(returned(evaluates));
    });

    test.runIf(isolation === 'own' && process.platform === 'linux')(
      'has no environment, and no descriptor but the pipe',
      async () => {
        const [started] = events;
        const pid = started?.type === 'cell-started' ? innerPid(started.pid ?? 0) : 0;
        const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
        const names = environment.map((entry) => entry.split('=')[0]).filter((name) => name !== '');
        // What some shells set on the way; the cell deletes it.
        expect(
          names.filter((name) => name !== 'PWD' && name !== 'OLDPWD' && name !== 'SHLVL' && name !== '_'),
        ).toEqual([]);
        const descriptors = await readdir(`/proc/${pid}/fd`);
        const links = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`)));
        // Its pipe, and what it prints.
        expect(links.filter((link) => link.startsWith('socket:')).length).toBe(3);
        // Pipes are between its own threads, "/sys" is its root as seen from here.
        const others = links.filter((link) => !/^(socket|pipe|anon_inode):|^\/dev\/null$|^\/sys$/.test(link));
        expect(others).toEqual([]);
      },
    );
  },
);
