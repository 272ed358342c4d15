import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createTestRuntime } from '../../src/testing.ts';

const words = fileURLToPath(new URL('../fixtures/wasi/words.wasm', import.meta.url));

test("a program of another toolchain is a plugin as it is: no manifest, no lifecycle, the operator's grants", async () => {
  await using box = await createTestRuntime({
    plugins: {
      count: {
        path: words,
        permissions: ['log', 'fs:read:data', 'fs:metadata:data', 'env:read:DATA'],
        config: { arguments: ['b', 'a', 'b'] },
      },
    },
  });
  expect(box.statuses.at(-1)).toMatchObject({ id: 'count', state: 'Ready' });
  expect(await box.plugins.call('count', 'run.run', [])).toBeUndefined();
  expect(box.logs.map(({ level, message }) => `${level} ${message}`)).toEqual(['info a: 1', 'info b: 2']);
});

test('a panic is an error of the call with its message in the log, and the plugin starts again', async () => {
  await using box = await createTestRuntime({ plugins: { count: { path: words, permissions: ['log'] } } });
  await expect(box.plugins.call('count', 'run.run', [])).rejects.toMatchObject({ code: 'GUEST_TRAPPED' });
  await box.next(box.relays.pluginStatus, (board) => {
    const status = board.phase === 'known' ? board.plugins.get(box.statuses[0]?.id ?? fail()) : undefined;
    return status?.state === 'Ready';
  });
  expect(box.logs.some(({ message }) => message.includes('nothing to count'))).toBe(true);
});

function fail(): never {
  throw new Error('No plugin has a status');
}
