import { expect, test } from 'vitest';
import { filteredPlugins, messageOf } from '../../../src/dashboard/plugins/plugin-filter.ts';
import type { PluginReport } from '../../../src/wire/plugin-status.ts';

const error = { code: 'GUEST_TRAPPED', blame: 'plugin', message: 'Out of fuel' } as const;
const plugins: readonly PluginReport[] = [
  { id: 'waves.scanner', state: 'Ready', since: 1, version: '1.2.0' },
  { id: 'waves.broken', state: 'Error', phase: 'backoff', since: 1, error },
  { id: 'other.one', state: 'Disabled', since: 1 },
];
const line = {
  plugin: 'waves.scanner',
  time: 1,
  level: 'info',
  message: 'Found 3 files',
  fields: {},
} as const;
const latest = new Map([['waves.scanner', line]]);

test.each([
  { text: '', state: undefined, found: ['waves.scanner', 'waves.broken', 'other.one'] },
  { text: 'WAVES', state: undefined, found: ['waves.scanner', 'waves.broken'] },
  { text: 'files waves', state: undefined, found: ['waves.scanner'] },
  { text: 'backoff', state: undefined, found: ['waves.broken'] },
  { text: 'fuel', state: undefined, found: ['waves.broken'] },
  { text: 'waves', state: 'Error', found: ['waves.broken'] },
  { text: 'nothing', state: undefined, found: [] },
] as const)('"$text" among $state finds $found', ({ text, state, found }) => {
  expect(filteredPlugins(plugins, latest, { text, state }).map(({ id }) => id)).toEqual(found);
});

test('what failed says why before it says what it logged', () => {
  expect(plugins.map((plugin) => messageOf(plugin, line))).toEqual(['Found 3 files', 'Out of fuel', '']);
});
