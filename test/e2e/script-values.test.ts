import { expect, test } from 'vitest';
import { createTestRuntime } from '../../src/testing.ts';

test('a script sees an absent WIT option as undefined, as its types say', async () => {
  await using box = await createTestRuntime({
    plugins: {
      'test.lister': {
        source: `
          import { listDir } from 'signalbox:plugin/filesystem';
          export function isLastPage() { return listDir('waves', undefined).next === undefined; }
        `,
        permissions: ['fs:list:waves'],
      },
    },
    files: { 'waves/a.vcd': '' },
  });
  expect(await box.plugins.call('test.lister', 'isLastPage')).toBe(true);
});
