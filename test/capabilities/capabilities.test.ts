import { expect, test } from 'vitest';
import { createCapabilities } from '../../src/capabilities/capabilities.ts';
import { defaultLimits } from '../../src/permissions/limits.ts';
import { MemoryGrantMemory } from '../../src/store/memory-grant-memory.ts';
import { MemoryPluginStorage } from '../support/memory-plugin-storage.ts';
import { entryWith, HandDrivenWatcher, ManualClock } from './wired.ts';

const capabilities = createCapabilities({
  fileWatcher: new HandDrivenWatcher(),
  clock: new ManualClock(),
  storage: new MemoryPluginStorage(),
  environment: {},
  protectedPaths: () => ({ paths: [], codeFolders: [] }),
  grantMemory: new MemoryGrantMemory(),
  publish: { event: () => {}, log: () => {}, audit: () => {}, telemetry: () => {} },
});

const wire = (imports: readonly string[], kind: 'component' | 'script' = 'component') =>
  capabilities.wire({
    entry: entryWith({}),
    baseFolder: '/nowhere',
    permissions: [],
    leased: [],
    limits: defaultLimits,
    kind,
    imports,
    deliver: () => {},
  });

test('every interface of the WIT is offered, with every function of it', () => {
  const { imports } = wire(capabilities.offered);
  const functions = Object.entries(imports).map(([name, members]) => [name, Object.keys(members)]);
  expect(Object.fromEntries(functions)).toEqual({
    'signalbox:plugin/log': ['log'],
    'signalbox:plugin/config': ['get'],
    'signalbox:plugin/relay': ['publish'],
    'signalbox:plugin/filesystem': ['list-dir', 'read-metadata', 'read', 'write', 'create-dir', 'remove'],
    'signalbox:plugin/watch': ['subscribe', 'unsubscribe'],
    'signalbox:plugin/http': ['fetch', 'read-body', 'close'],
    'signalbox:plugin/storage': ['get', 'set', 'delete', 'list-items', 'append', 'read-collection'],
    'signalbox:plugin/environment': ['get'],
    'signalbox:plugin/metrics': ['increment', 'gauge'],
    'signalbox:plugin/random': ['bytes'],
    'signalbox:plugin/clock': ['now', 'monotonic'],
  });
});

test('only what is imported is wired', () => {
  expect(Object.keys(wire(['signalbox:plugin/config']).imports)).toEqual(['signalbox:plugin/config']);
});

test('a script is wired with what its engine asks for it, besides', () => {
  const { imports } = wire(['signalbox:plugin/config'], 'script');
  expect(Object.keys(imports)).toEqual(['signalbox:plugin/config', 'signalbox:plugin/script-engine']);
  expect(Object.keys(imports['signalbox:plugin/script-engine'] ?? {})).toEqual([
    'now',
    'monotonic',
    'random',
    'entropy',
  ]);
});

test('an import that is not offered cannot be wired', () => {
  expect(() => wire(['myapp:orders/api'])).toThrow(
    'imports "myapp:orders/api", which this host does not offer',
  );
});
