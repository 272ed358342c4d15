import { expect, test } from 'vitest';
import { parsePluginId } from '../../src/core/ids.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { guest } from '../support/guests.ts';
import { liveObjects } from '../support/live-objects.ts';

/** As many as it takes until the ids of instances come round: XState keeps something for each. */
const warmup = 1_001;
const reloads = 200;

test('a plugin that is reloaded again and again leaves nothing of its instances', async () => {
  await using runtime = new FakeRuntime();
  runtime.artifacts.put('a', { code: guest({}) });
  const manager = runtime.start(documentOf([entryOf('a')]));
  await runtime.reaches('a', 'Ready');
  const reload = async (): Promise<void> => {
    const before = runtime.count('plugin.reloads', 'a');
    manager.reload(parsePluginId('a'));
    await runtime.eventually(() => expect(runtime.count('plugin.reloads', 'a')).toBe(before + 1));
    for (const told of [runtime.statuses, runtime.audits, runtime.measures, runtime.actorEvents])
      told.length = 0;
  };
  for (let time = 0; time < warmup; time++) await reload();
  const before = liveObjects();
  for (let time = 0; time < reloads; time++) await reload();
  expect(liveObjects() - before).toBeLessThan(reloads);
}, 120_000);
