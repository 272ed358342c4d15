import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostReply } from '../../src/ports/host-imports.ts';
import type { Instance, Prepared } from '../../src/ports/sandbox.ts';
import { GuestInstance } from '../../src/sandbox/broker/guest-instance.ts';
import { call, fixture, type Harness, openHarness, returned } from './harness.ts';

let harness: Harness;
let waits: Prepared;
beforeAll(async () => {
  harness = await openHarness(1);
  waits = await harness.component(await fixture('waits.wat'));
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
});

/** Answers ten times as much, when `gate` lets it. */
function clock(gate: (asked: number) => Promise<void> = async () => {}) {
  const answer = async ([of]: readonly unknown[]): Promise<HostReply> => {
    await gate(Number(of));
    return { outcome: 'returned', value: Number(of) * 10 };
  };
  const named = async ([of]: readonly unknown[]): Promise<HostReply> => {
    await gate(Number(of));
    return of === 0
      ? { outcome: 'refused', error: 7 }
      : { outcome: 'returned', value: 'a'.repeat(Number(of)) };
  };
  return { 'test:host/clock': { plain: answer, slow: answer, named } };
}

describe('a function of the application', () => {
  test.each([
    ['plain', 'called'],
    ['slow', 'that is asynchronous, called'],
    ['slow-begun', 'that is asynchronous, begun as a task of its own'],
  ])('"%s", %s, answers call after call', async (name) => {
    const instance = await harness.instantiate(waits, { imports: clock() });
    for (const of of [1, 2, 3]) expect(await call(instance, name, of)).toEqual(returned(of * 10));
    await instance.close();
  });

  test.each(['named', 'named-begun'])('"%s" answers with a text, or the error it has', async (name) => {
    const instance = await harness.instantiate(waits, { imports: clock() });
    for (const [of, told] of [
      [3, 3_097],
      [0, 7],
      [4, 4_097],
    ])
      expect(await call(instance, name, of)).toEqual(returned(told));
    await instance.close();
  });

  test('is begun while another is under way', async () => {
    const { promise: isSecondAsked, resolve: secondAsked } = Promise.withResolvers<void>();
    const imports = clock(async (of) => {
      if (of === 5) await isSecondAsked;
      else secondAsked();
    });
    const instance = await harness.instantiate(waits, { imports });
    expect(await call(instance, 'both', 5)).toEqual(returned(110));
    await instance.close();
  });
});

describe('a guest that waits for the application', () => {
  test.each(['plain', 'slow', 'slow-begun'])('by "%s" is not taken for one that runs', async (name) => {
    const { promise: isOpen, resolve: open } = Promise.withResolvers<void>();
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
    const imports = clock(async () => {
      asked();
      await isOpen;
    });
    const instance = await harness.instantiate(waits, { imports });
    const ended = call(instance, name, 1);
    await isAsked;
    await expect.poll(() => isRunning(instance)).toBe(false);
    open();
    expect(await ended).toEqual(returned(10));
    expect(await call(instance, name, 2)).toEqual(returned(20));
    await instance.close();
  });
});

/** As far as its broker knows. */
function isRunning(instance: Instance): boolean {
  if (!(instance instanceof GuestInstance)) throw new TypeError('Another sandbox');
  return instance.isRunning;
}
