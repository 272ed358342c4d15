import { expect, test } from 'vitest';
import { createCapabilities } from '../../src/capabilities/capabilities.ts';
import { defaultLimits } from '../../src/permissions/limits.ts';
import { entryWith, HandDrivenWatcher, ManualClock } from './wired.ts';

const capabilities = createCapabilities({
  fileWatcher: new HandDrivenWatcher(),
  clock: new ManualClock(),
  publish: { event: () => {}, log: () => {}, audit: () => {}, telemetry: () => {} },
});

const wire = (imports: readonly string[]) =>
  capabilities.wire({
    entry: entryWith({}),
    baseFolder: '/nowhere',
    permissions: [],
    limits: defaultLimits,
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
    'signalbox:plugin/filesystem': ['list-dir', 'read-metadata', 'read'],
    'signalbox:plugin/watch': ['subscribe', 'unsubscribe'],
  });
});

test('only what is imported is wired', () => {
  expect(Object.keys(wire(['signalbox:plugin/config']).imports)).toEqual(['signalbox:plugin/config']);
});

test('an import that is not offered cannot be wired', () => {
  expect(() => wire(['myapp:orders/api'])).toThrow(
    'imports "myapp:orders/api", which this host does not offer',
  );
});
