import { SimulatedClock } from 'xstate';
import { Counters } from '../../actors/counters.ts';
import { Mailboxes } from '../../actors/mailboxes.ts';
import { OpenedArtifacts } from '../../actors/opened-artifacts.ts';
import type { ActorPorts } from '../../actors/ports.ts';
import { createRelays } from '../../relays/create-relays.ts';
import { MemoryGrantMemory } from '../../src/store/memory-grant-memory.ts';
import { FakeArtifacts } from './fake-artifacts.ts';
import { FakeCapabilities } from './fake-capabilities.ts';
import { FakeConfigFile } from './fake-config-file.ts';
import { FakeFileWatcher } from './fake-file-watcher.ts';
import { FakePluginFolders } from './fake-plugin-folders.ts';
import { FakeSandbox } from './fake-sandbox.ts';

/** Ports for machines that are looked at and never run. */
export function unusedPorts(): ActorPorts {
  const { publishers } = createRelays();
  const clock = new SimulatedClock();
  const artifacts = new FakeArtifacts();
  const counters = new Counters(publishers.telemetry, clock);
  return {
    configFile: new FakeConfigFile(),
    artifacts,
    sandbox: new FakeSandbox(artifacts.codeOf),
    capabilities: new FakeCapabilities(),
    fileWatcher: new FakeFileWatcher(),
    pluginFolders: new FakePluginFolders(),
    grantMemory: new MemoryGrantMemory(),
    publishers,
    clock,
    random: () => 1,
    artifactDebounceMs: 50,
    counters,
    mailboxes: new Mailboxes(counters),
    opened: new OpenedArtifacts(),
  };
}
