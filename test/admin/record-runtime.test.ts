import { Observable } from 'rxjs';
import { expect, test } from 'vitest';
import type { InspectionEvent } from 'xstate';
import { createRelays } from '../../relays/create-relays.ts';
import { RecordLog } from '../../src/admin/record-log.ts';
import { recordRuntime } from '../../src/admin/record-runtime.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { guest } from '../support/guests.ts';

test('transitions are kept with their time, but not those between idle and busy', async () => {
  await using runtime = new FakeRuntime();
  runtime.artifacts.put('a', { code: guest() });
  const { actor } = runtime.start();
  const inspect$ = new Observable<InspectionEvent>((subscriber) => {
    const subscription = actor.system.inspect((event) => subscriber.next(event));
    return () => subscription.unsubscribe();
  });
  const records = new RecordLog();
  using _recording = recordRuntime({ relays: createRelays().relays, inspect$ }, records);
  runtime.manager.replay(documentOf([entryOf('a')]));
  await runtime.reaches('a', 'Ready');
  await runtime.call('a', 'greet');
  const kept = records
    .latest('transition', { topics: ['transition'], plugin: 'a' }, 100)
    .map(
      ({ text }) => JSON.parse(text) as { machine: string; event: string; time: number; states: string[] },
    );
  expect(kept.filter(({ machine }) => machine === 'plugin').map(({ states }) => states.at(-1))).toContain(
    'plugin.Ready.idle',
  );
  expect(kept.filter(({ event }) => /\.(busy|idle)$/.test(event))).toEqual([]);
  expect(kept.every(({ time }) => time > 0)).toBe(true);
});
