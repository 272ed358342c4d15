import { expect, test } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import { openArtifact } from '../../actors/plugin-load.ts';
import type { PluginId } from '../../src/core/ids.ts';
import { MemoryGrantMemory } from '../../src/store/memory-grant-memory.ts';
import { entryOf } from '../support/config-documents.ts';
import { FakeArtifacts } from '../support/fake-artifacts.ts';
import { guest } from '../support/guests.ts';

/** Recalls when it is let. */
class SlowMemory extends MemoryGrantMemory {
  readonly asked = Promise.withResolvers<void>();
  readonly answer = Promise.withResolvers<void>();

  override async recall(plugin: PluginId) {
    this.asked.resolve();
    await this.answer.promise;
    return await super.recall(plugin);
  }
}

test.each([
  ['goes on', false, ['log']],
  ['was given up meanwhile', true, undefined],
])('a load that %s approves accordingly', async (_how, isStopped, approved) => {
  const artifacts = new FakeArtifacts();
  const permissions = [{ want: 'log', reason: 'It tells' }];
  artifacts.put('a', { code: guest(), manifest: { permissions } });
  const grantMemory = new SlowMemory();
  const load = openArtifact({ artifacts, grantMemory, clock: new SimulatedClock() });
  const entry = entryOf('a', { permissions: ['log'] });
  const actor = createActor(load, { input: { entry, baseFolder: '/app' } }).start();
  await grantMemory.asked.promise;
  if (isStopped) actor.stop();
  grantMemory.answer.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect((await grantMemory.recall(entry.id)).approved).toEqual(approved);
});
