import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createTestRuntime } from '../../src/testing.ts';

test('the script of "Keep data" keeps data', async () => {
  const page = await readFile(new URL('../../docs/how-to/write-a-plugin.md', import.meta.url), 'utf8');
  const [, source = ''] = /## Keep data.*?```ts\n(.*?)```/s.exec(page) ?? [];
  const permissions = ['storage:read:notes', 'storage:write:notes', 'time:read'];
  await using box = await createTestRuntime({ plugins: { 'test.notes': { source, permissions } } });
  const call = (name: string, ...args: readonly unknown[]) => box.plugins.call('test.notes', name, args);

  await call('write', 'shopping', 'Käse');
  await call('write', 'shapes', '⬡');
  await call('write', 'other', '');
  await box.plugins.reload('test.notes');
  expect(await call('read', 'shopping')).toBe('Käse');
  expect(await call('read', 'nothing')).toBeUndefined();
  expect(await call('titles', 'sh')).toEqual(['shapes', 'shopping']);
  expect(await call('history')).toMatchObject([
    { title: 'shopping' },
    { title: 'shapes' },
    { title: 'other' },
  ]);
});
