import { startManager } from '../../../actors/start-manager.ts';
import { createRelays } from '../../../relays/create-relays.ts';
import { composeConfig } from '../../../src/config/compose.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { memoryConfigFile } from '../../../src/store/memory-config-file.ts';
import { MemoryGrantMemory } from '../../../src/store/memory-grant-memory.ts';
import { FakeArtifacts } from '../../support/fake-artifacts.ts';
import { FakeCapabilities } from '../../support/fake-capabilities.ts';
import { FakeFileWatcher } from '../../support/fake-file-watcher.ts';
import { FakePluginFolders } from '../../support/fake-plugin-folders.ts';
import { FakeSandbox } from '../../support/fake-sandbox.ts';
import { type BenchRow, ms, timed } from '../row.ts';

const count = 1_000;

/** The same document of 1,000 entries again: what the runtime spends on it, parsing excluded as no text changed. */
export async function identicalReplayRow(): Promise<BenchRow> {
  const entries = Array.from({ length: count }, (_, index) => ({
    id: `bench.p${index}`,
    enabled: false,
    artifactPath: `plugins/p${index}.ts`,
    permissions: ['log', 'fs:read:waves'],
    config: { index, names: ['a', 'b'] },
  }));
  const configFile = memoryConfigFile({ text: composeConfig(entries), baseFolder: '/' });
  const reading = await configFile.read(AbortSignal.timeout(5_000));
  const again = await configFile.read(AbortSignal.timeout(5_000));
  if (reading.outcome !== 'document' || again.outcome !== 'document')
    throw new Error('The bench config does not parse');

  const { publishers, close } = createRelays();
  const artifacts = new FakeArtifacts();
  const manager = startManager({
    configFile,
    artifacts,
    sandbox: new FakeSandbox(artifacts.codeOf),
    capabilities: new FakeCapabilities(),
    fileWatcher: new FakeFileWatcher(),
    pluginFolders: new FakePluginFolders(),
    grantMemory: new MemoryGrantMemory(),
    publishers,
    clock: systemClock,
    random: Math.random,
    artifactDebounceMs: 50,
  });
  manager.replay(reading.document);
  const { median } = await timed(200, async () => manager.replay(again.document));
  await manager.stop();
  close();
  return {
    what: `identical replay of ${count} entries`,
    ours: ms(median),
    bar: '<= 1 ms',
    holds: median <= 1,
  };
}
