import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostImports } from '../../src/ports/host-imports.ts';
import type { Instance, Prepared } from '../../src/ports/sandbox.ts';
import { createComponentBuilder } from '../zoo/component-text.ts';
import { call, fixture, type Harness, openHarness, returned } from './harness.ts';

/** Reading one takes several shares of a guest. */
const elements = 40_000;

let harness: Harness;
let talker: Prepared;
let neighbour: Instance;
beforeAll(async () => {
  harness = await openHarness(1);
  await using builder = await createComponentBuilder();
  talker = await harness.bytes(await builder.build(await fixture('long-messages.wat')));
  neighbour = await harness.instantiate(await harness.script('({ one: () => 1 })'));
});
afterAll(() => harness[Symbol.asyncDispose]());

const numbered = Array.from({ length: elements }, (_, n) => (n % 2 === 1 ? n : undefined));
const fields = Array.from({ length: elements / 4 }, (_, n) => ({ key: `${n % 10}`, value: `${n % 10}` }));

describe('while a long message of a guest is read, others in its cell are served', () => {
  test('when it is a result', async () => {
    const guest = await harness.instantiate(talker, { imports: ignoring });
    const ends: string[] = [];
    const long = call(guest, 'numbered', elements).then((outcome) => {
      ends.push('the long one');
      return outcome;
    });
    const short = call(neighbour, 'one').then(() => ends.push('the short one'));
    await Promise.all([long, short]);
    expect(ends).toEqual(['the short one', 'the long one']);
    expect(await long).toEqual(returned(numbered));
  });

  test('when it is what the guest tells its host', async () => {
    const order: string[] = [];
    let told: unknown;
    const guest = await harness.instantiate(talker, {
      imports: logging(([, , list]) => {
        order.push('the long one');
        told = list;
      }),
    });
    const long = call(guest, 'tell', fields.length);
    await Promise.all([long, call(neighbour, 'one').then(() => order.push('the short one'))]);
    expect(order).toEqual(['the short one', 'the long one']);
    expect(await long).toEqual(returned(undefined));
    expect(told).toEqual(fields);
  });
});

test('two guests whose messages are read by turns are each charged for their own', async () => {
  const guests = await Promise.all(
    Array.from({ length: 2 }, () => harness.instantiate(talker, { imports: ignoring })),
  );
  const outcomes = guests.map((guest) => call(guest, 'numbered', elements));
  expect(await Promise.all(outcomes)).toEqual([returned(numbered), returned(numbered)]);
});

test('a guest that is closed while its message is read goes, and its neighbours stay', async () => {
  const guest = await harness.instantiate(talker, { imports: ignoring });
  const long = call(guest, 'numbered', elements);
  await call(neighbour, 'one');
  await guest.close();
  expect(await long).toMatchObject({ outcome: 'failed', error: { code: 'CALL_ABORTED' } });
  expect(await call(neighbour, 'one')).toEqual(returned(1));
});

function logging(take: (args: readonly unknown[]) => void): HostImports {
  return {
    'signalbox:plugin/log': {
      log: (args) => {
        take(args);
        return { outcome: 'returned', value: undefined };
      },
    },
  };
}

const ignoring = logging(() => {});
