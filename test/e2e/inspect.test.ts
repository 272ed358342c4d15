import { createWebSocketReceiver } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { expect, test } from 'vitest';
import { createCliApp } from '../support/cli-app.ts';
import { freePort } from '../support/free-port.ts';

test('signalbox run --inspect shows its machines to whoever listens there', {
  timeout: 120_000,
}, async () => {
  const port = await freePort();
  const url = `ws://localhost:${port}`;
  const server = createInspectorServer({ port, autoOpen: false });
  const names: string[] = [];
  createWebSocketReceiver({ server: url }).subscribe((event) => {
    if (event.type === '@xstate.actor' && 'name' in event) names.push(event.name);
  });
  await using app = await createCliApp();
  const run = app.start('run', '--inspect', url);
  await expect
    .poll(() => names, { timeout: 60_000 })
    .toEqual(expect.arrayContaining(['manager', 'plugin:greeter', 'plugin:spare']));
  run.child.kill('SIGTERM');
  expect((await run.ended).code).toBe(0);
  server.stop();
});
