import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Prepared } from '../../../src/ports/sandbox.ts';
import { call, type Harness, openHarness, returned } from '../harness.ts';
import { openGuest, wasiFixture } from './guests.ts';

let harness: Harness;
let handles: Prepared;
let sockets: Prepared;
beforeAll(async () => {
  harness = await openHarness(1);
  handles = await harness.component((await wasiFixture('handles.wat')).toString());
  sockets = await harness.component((await wasiFixture('sockets.wat')).toString());
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
});

const tooMany = (name: string, reached: number, allowed: number) => ({
  outcome: 'failed',
  error: { code: 'LIMIT_REACHED', details: { limit: { name, reached, allowed } } },
});

describe.each([
  ['of WASI', 'hold', 'use'],
  ["of a guest's own resource", 'hold-own', 'use-own'],
])('handles %s', (_kind, hold, use) => {
  test('are 1,024 at most', async () => {
    await using guest = await openGuest(harness, handles);
    expect(await call(guest.instance, hold, 1_024)).toEqual(returned(undefined));
    expect(await call(guest.instance, hold, 1)).toMatchObject(tooMany('handles', 1_025, 1_024));
  });

  test('that are dropped make room for others', async () => {
    await using guest = await openGuest(harness, handles);
    expect(await call(guest.instance, use, 20_000)).toEqual(returned(undefined));
    expect(await call(guest.instance, hold, 1_024)).toEqual(returned(undefined));
  });
});

describe('poll', () => {
  test('says which are ready, after the wait', async () => {
    await using guest = await openGuest(harness, handles);
    expect(await call(guest.instance, 'poll', 3, 20)).toEqual(returned(3));
  });

  test('takes 256 at most', async () => {
    await using guest = await openGuest(harness, handles);
    expect(await call(guest.instance, 'poll', 256, 0)).toEqual(returned(256));
    expect(await call(guest.instance, 'poll', 257, 0)).toMatchObject(tooMany('pollables', 257, 256));
  });

  test('many waits in a row leave nothing behind at the broker', async () => {
    await using guest = await openGuest(harness, handles);
    for (let wait = 0; wait < 300; wait += 1)
      expect(await call(guest.instance, 'wait', 0)).toEqual(returned(undefined));
    expect(await call(guest.instance, 'wait', 1)).toEqual(returned(undefined));
  });
});

describe('sockets', () => {
  const accessDenied = 1;

  test.each([
    ['connect', 'tcp ipv4'],
    ['resolve', 'internal.example'],
  ])('%s is refused, and the audit has it', async (action, scope) => {
    await using guest = await openGuest(harness, sockets, {
      permissions: ['net:request:https://example.com'],
    });
    expect(await call(guest.instance, action)).toEqual(returned(accessDenied));
    expect(guest.wired.audit.map(({ decision, permission }) => ({ decision, permission }))).toEqual([
      { decision: 'denied', permission: `net:request:${scope}` },
    ]);
  });
});
