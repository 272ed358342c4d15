import { expect, test } from 'vitest';
import { entryWith, wired } from './wired.ts';

test('the settings are given in the order of the file, as JSON text, and are live', async () => {
  await using box = wired({ config: { zeta: ['fst', 'vcd'], alpha: { deep: 'x' }, debounce: 250 } });
  expect(await box.call('config.get')).toEqual({
    outcome: 'returned',
    value: [
      { key: 'zeta', value: '["fst","vcd"]' },
      { key: 'alpha', value: '{"deep":"x"}' },
      { key: 'debounce', value: '250' },
    ],
  });
  box.wiring.updateConfig(entryWith({ config: { debounce: 500 } }));
  expect(await box.call('config.get')).toEqual({
    outcome: 'returned',
    value: [{ key: 'debounce', value: '500' }],
  });
});
