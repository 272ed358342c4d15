import { expect, test } from 'vitest';
import { call, openHarness } from './harness.ts';

test('a host call larger than a message fails its call at once, also where its WIT declares no error', async () => {
  await using harness = await openHarness(1);
  const loud = await harness.script("({ shout: () => console.log('x'.repeat(5_000)) })");
  const guest = await harness.instantiate(loud, { limits: { message_bytes: 1_024 } });
  expect(await call(guest, 'shout')).toMatchObject({
    outcome: 'failed',
    error: { code: 'MESSAGE_TOO_LARGE' },
  });
});
