import { createWebSocketReceiver } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { Observable } from 'rxjs';
import { expect, test } from 'vitest';
import type { InspectionEvent } from 'xstate';
import { attachStatelyInspector } from '../../src/inspect/attach-stately.ts';
import { BoundedSocket } from '../../src/inspect/bounded-socket.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { freePort } from '../support/free-port.ts';
import { guest } from '../support/guests.ts';

const patience = { timeout: 15_000 };

test('the Stately inspector is told of actors and their states, without contexts and payloads', async () => {
  const port = await freePort();
  const server = createInspectorServer({ port, autoOpen: false });
  const told: { readonly type: string; readonly sessionId: string }[] = [];
  createWebSocketReceiver({ server: `ws://localhost:${port}` }).subscribe((event) => told.push(event));
  await using runtime = new FakeRuntime();
  runtime.artifacts.put('a', { code: guest() });
  const { actor } = runtime.start();
  const inspect$ = new Observable<InspectionEvent>((subscriber) => {
    const subscription = actor.system.inspect((event) => subscriber.next(event));
    return () => subscription.unsubscribe();
  });
  using inspection = await attachStatelyInspector({ inspect$ }, { url: `ws://localhost:${port}` });
  runtime.manager.replay(documentOf([entryOf('a')]));
  await runtime.reaches('a', 'Ready');
  await expect.poll(() => told.map(({ type }) => type), patience).toContain('@xstate.snapshot');
  await expect
    .poll(
      () => told.flatMap((event) => (event.type === '@xstate.actor' && 'name' in event ? [event.name] : [])),
      patience,
    )
    .toContain('plugin:a');
  expect(JSON.stringify(told.filter(({ type }) => type === '@xstate.snapshot'))).not.toContain(
    'artifact_path',
  );
  for (const event of told) if ('snapshot' in event) expect(event.snapshot).toMatchObject({ context: {} });
  expect(inspection.dropped).toBe(0);
  server.stop();
});

test('what nobody takes is bounded, counted and told', async () => {
  const port = await freePort();
  const { promise, resolve } = Promise.withResolvers<number>();
  const socket = new BoundedSocket(`ws://127.0.0.1:${port}`, resolve);
  for (let sent = 0; sent < 1_005; sent += 1) socket.send('text');
  expect(socket.dropped).toBe(5);
  expect(await promise).toBe(5);
  socket.close();
});
