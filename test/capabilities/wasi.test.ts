import { expect, test } from 'vitest';
import { maxDenialsPerSecond } from '../../src/capabilities/wasi.ts';
import { wired } from './wired.ts';

test('a cell that tells of denials in a loop fills neither the audit nor anything else', async () => {
  await using box = wired({ imports: ['wasi:cli/environment'] });
  const deny = box.wiring.imports['signalbox:sandbox/wasi']?.['deny'];
  for (let asked = 0; asked < 1_000; asked++)
    await deny?.(['socket', `host-${asked}.example`], new AbortController().signal);
  expect(box.audit).toHaveLength(maxDenialsPerSecond);
});
