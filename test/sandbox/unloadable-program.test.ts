import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/core/fingerprint.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { defaultLimits } from '../../src/permissions/limits.ts';
import { Cell } from '../../src/sandbox/broker/cell.ts';
import { runCell } from '../../src/sandbox/cell/cell.ts';
import { encodeProgram } from '../../src/sandbox/program.ts';
import { portTransport } from '../../src/sandbox/protocol/port-transport.ts';
import { never } from './harness.ts';

test.each([
  ['whose glue is no JavaScript', encodeProgram({ imports: [], exports: [], glue: 'await (', modules: {} })],
  [
    'whose core module is none',
    encodeProgram({
      imports: [],
      exports: [],
      glue: 'return (coreModule) => coreModule("a");',
      modules: { a: { code: Uint8Array.of(0), initialPages: 0, hasCollectedTypes: false } },
    }),
  ],
])('a program %s fails who wants it, and its cell lives on', async (_what, bytes) => {
  const { port1, port2 } = new MessageChannel();
  const gone: string[] = [];
  const cell = new Cell({
    label: 'inner',
    host: {
      transport: portTransport(port1),
      pid: undefined,
      tier: 'thread',
      processorMs: () => undefined,
      gone: new Promise(() => {}),
      kill: () => port1.close(),
      hold: () => {},
    },
    programBytes: async () => bytes,
    onGone: (reason) => gone.push(reason),
    isSuspect: () => false,
    onSuspect: () => {},
  });
  runCell(portTransport(port2), () => {});
  const digest = sha256(bytes);
  const spec = {
    pluginId: parsePluginId('test.guest'),
    prepared: { digest, kind: 'component', imports: [], exports: [] },
    isolation: 'shared',
    limits: defaultLimits,
    imports: {},
  } as const;
  await expect(cell.instantiate(spec, digest, never)).rejects.not.toMatchObject({
    code: 'CELL_BROKE_PROTOCOL',
  });
  expect(gone).toEqual([]);
  cell.kill('the test is over');
});
