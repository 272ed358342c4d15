import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostReply } from '../../src/ports/host-imports.ts';
import type { Prepared } from '../../src/ports/sandbox.ts';
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
