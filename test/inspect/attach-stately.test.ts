import { once } from 'node:events';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { createWebSocketReceiver } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { Observable, Subject } from 'rxjs';
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

test('an inspector that comes anew is told which actors there are', async () => {
  const port = await freePort();
  const url = `ws://localhost:${port}`;
  const namesTold = (): readonly string[] => {
    const names: string[] = [];
    createWebSocketReceiver({ server: url }).subscribe((event) => {
      if (event.type === '@xstate.actor' && 'name' in event) names.push(event.name);
    });
    return names;
  };
  await using runtime = new FakeRuntime();
  runtime.artifacts.put('a', { code: guest() });
  const { actor } = runtime.start();
  const inspect$ = new Observable<InspectionEvent>((subscriber) => {
    const subscription = actor.system.inspect((event) => subscriber.next(event));
    return () => subscription.unsubscribe();
  });
  const server = await serverInThread(port);
  const first = namesTold();
  using _inspection = await attachStatelyInspector({ inspect$ }, { url });
  runtime.manager.replay(documentOf([entryOf('a')]));
  await expect.poll(() => first, patience).toContain('plugin:a');
  await server.terminate();
  const another = await serverInThread(port);
  const second = namesTold();
  await expect
    .poll(async () => {
      // Whatever happens next is told with the actor it happens to.
      runtime.manager.replay(documentOf([entryOf('a', { enabled: false })]));
      runtime.manager.replay(documentOf([entryOf('a')]));
      return second;
    }, patience)
    .toContain('plugin:a');
  await another.terminate();
});

/** Its own way to stop leaves connections open; that of a thread does not. */
async function serverInThread(port: number): Promise<Worker> {
  const code = `import('@statelyai/inspect/server').then(({ createInspectorServer }) => {
    const { parentPort, workerData } = require('node:worker_threads');
    createInspectorServer({ port: workerData, autoOpen: false });
    parentPort.postMessage('there');
  })`;
  const worker = new Worker(code, { eval: true, workerData: port });
  await once(worker, 'message');
  return worker;
}

test('what nobody takes is bounded, counted and told', async () => {
  const port = await freePort();
  const { promise, resolve } = Promise.withResolvers<number>();
  const socket = new BoundedSocket(`ws://127.0.0.1:${port}`, resolve);
  for (let sent = 0; sent < 1_005; sent += 1) socket.send('text');
  expect(socket.dropped).toBe(5);
  expect(await promise).toBe(5);
  socket.close();
});

test('the process warns of events that were dropped, unless somebody else is told', async () => {
  const inspect$ = new Subject<InspectionEvent>();
  const port = await freePort();
  const warned = once(process, 'warning');
  await using runtime = new FakeRuntime();
  const { actor } = runtime.start();
  using inspection = await attachStatelyInspector({ inspect$ }, { url: `ws://127.0.0.1:${port}` });
  for (let told = 0; told < 1_005; told += 1) {
    inspect$.next({
      type: '@xstate.event',
      rootId: 'x:0',
      actorRef: actor,
      sourceRef: undefined,
      event: { type: 'some.event' },
    });
  }
  const [warning] = await warned;
  // One more than there were events: the actor was introduced.
  expect(inspection.dropped).toBe(6);
  expect(warning).toMatchObject({
    code: 'SIGNALBOX_INSPECTION_DROPPED',
    message: '6 inspection events were not sent to the Stately inspector',
  });
});
