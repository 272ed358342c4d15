import { expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import type { LimitHit } from '../../src/permissions/limits.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { Spending } from '../support/fake-sandbox.ts';
import { gate, guest } from '../support/guests.ts';

const limitsTold = ({ measures }: FakeRuntime): readonly LimitHit[] =>
  measures.flatMap((event) => (event.kind === 'limit' ? [event.hit] : []));

test('what calls used is told for each batch', async () => {
  await using runtime = new FakeRuntime();
  runtime.artifacts.put('a', { code: guest({ work: () => new Spending('done', 500) }) });
  runtime.start(documentOf([entryOf('a')]));
  await runtime.reaches('a', 'Ready');
  await Promise.all([runtime.call('a', 'work'), runtime.call('a', 'work')]);
  await runtime.eventually(() =>
    expect(runtime.measures.filter(({ kind }) => kind === 'usage')).toEqual([
      { kind: 'usage', time: 0, plugin: 'a', calls: 2, fuel: 1_000, cpuMs: 1, memoryBytes: 65_536 },
    ]),
  );
});

test('a plugin that spends more fuel than comes back has its calls wait, and loses none', async () => {
  await using runtime = new FakeRuntime();
  runtime.artifacts.put('a', { code: guest({ work: (n) => new Spending(n, 1_500) }) });
  runtime.start(documentOf([entryOf('a', { limits: { fuel_per_second: 1_000 } })]));
  await runtime.reaches('a', 'Ready');
  expect(await runtime.call('a', 'work', 1)).toMatchObject({ value: 1 });
  const waiting = runtime.call('a', 'work', 2);
  await runtime.eventually(() =>
    expect(limitsTold(runtime)).toEqual([{ name: 'fuel_per_second', reached: 1_500, allowed: 1_000 }]),
  );
  runtime.clock.increment(500);
  expect(await waiting).toMatchObject({ value: 2 });
});

test('the limit that ended an instance is in its status and in telemetry', async () => {
  const hit: LimitHit = { name: 'fuel_per_call', reached: 1_004, allowed: 1_000 };
  const spin = () => {
    throw new SignalboxError('FUEL_EXHAUSTED', 'The plugin used up its 1000 fuel', {
      details: { limit: hit },
    });
  };
  await using runtime = new FakeRuntime();
  runtime.artifacts.put('a', { code: guest({ spin }) });
  runtime.start(documentOf([entryOf('a')]));
  await runtime.reaches('a', 'Ready');
  await runtime.call('a', 'spin');
  await runtime.reaches('a', 'Error.backoff');
  expect(runtime.status('a')?.error).toMatchObject({ code: 'FUEL_EXHAUSTED', details: { limit: hit } });
  expect(limitsTold(runtime)).toEqual([hit]);
});

test('a call that finds the mailbox full says how full it was', async () => {
  const stuck = gate();
  await using runtime = new FakeRuntime();
  runtime.artifacts.put('a', { code: guest({ wait: stuck.fn }) });
  runtime.start(documentOf([entryOf('a', { limits: { mailbox_calls: 1 } })]));
  await runtime.reaches('a', 'Ready');
  const begun = [runtime.call('a', 'wait')];
  await runtime.eventually(() => expect(stuck.entered).toBe(1));
  begun.push(runtime.call('a', 'wait'));
  const turnedAway = await Promise.race([...Array.from({ length: 4 }, () => runtime.call('a', 'wait'))]);
  expect(turnedAway).toMatchObject({
    outcome: 'rejected',
    error: { details: { limit: { name: 'mailbox_calls', reached: 2, allowed: 1 } } },
  });
  stuck.open();
  await Promise.all(begun);
});
