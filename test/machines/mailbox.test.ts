import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mailbox } from '../../actors/mailbox.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import type { HostEvent } from '../../src/ports/capabilities.ts';
import type { CallOutcome } from '../../src/ports/sandbox.ts';

const returned = (value: unknown): CallOutcome => ({ outcome: 'returned', value });
const changeOf = (subscription: bigint, ...paths: string[]): HostEvent => ({
  tag: 'filesystem-change',
  val: { subscription, paths, overflow: false },
});

function open(capacity = 10): { mailbox: Mailbox; rejected: () => number } {
  const rejections: unknown[] = [];
  const mailbox = new Mailbox({ capacity, onRejected: () => rejections.push(1) });
  return { mailbox, rejected: () => rejections.length };
}

const namesOf = (calls: readonly { request: { export: string } }[]) =>
  calls.map(({ request }) => request.export);

describe('a mailbox', () => {
  test('gives calls in the order they came, and their outcomes back', async () => {
    const { mailbox } = open();
    const outcomes = ['a', 'b', 'c'].map((name) => mailbox.post({ export: name, args: [] }));
    const taken = [...mailbox.take(2), ...mailbox.take(2)];
    expect(namesOf(taken)).toEqual(['a', 'b', 'c']);
    for (const [index, call] of taken.entries()) call.settle(returned(index));
    expect(await Promise.all(outcomes)).toEqual([returned(0), returned(1), returned(2)]);
  });

  test('turns a call away when it is full', async () => {
    const { mailbox, rejected } = open(1);
    void mailbox.post({ export: 'a', args: [] });
    expect(await mailbox.post({ export: 'b', args: [] })).toMatchObject({
      outcome: 'rejected',
      error: { code: 'MAILBOX_FULL' },
    });
    expect([mailbox.size, rejected()]).toEqual([1, 1]);
  });

  test('lets a waiting call go when its caller gives up', async () => {
    const { mailbox } = open();
    const caller = new AbortController();
    const outcome = mailbox.post({ export: 'a', args: [], signal: caller.signal });
    void mailbox.post({ export: 'b', args: [] });
    caller.abort();
    expect(await outcome).toMatchObject({ outcome: 'rejected', error: { code: 'CALL_ABORTED' } });
    expect(namesOf(mailbox.take(10))).toEqual(['b']);
  });

  test('takes no call of a caller that gave up already', async () => {
    const { mailbox } = open();
    expect(await mailbox.post({ export: 'a', args: [], signal: AbortSignal.abort() })).toMatchObject({
      error: { code: 'CALL_ABORTED' },
    });
  });

  test('takes back what was not begun, in front and in order', () => {
    const { mailbox } = open();
    for (const name of ['a', 'b', 'c', 'd']) void mailbox.post({ export: name, args: [] });
    mailbox.putBack(mailbox.take(3).slice(1));
    expect(namesOf(mailbox.take(10))).toEqual(['b', 'c', 'd']);
  });

  test('lets a call that was put back go when its caller gives up', async () => {
    const { mailbox } = open();
    const caller = new AbortController();
    const outcome = mailbox.post({ export: 'a', args: [], signal: caller.signal });
    mailbox.putBack(mailbox.take(1));
    caller.abort();
    expect(await outcome).toMatchObject({ error: { code: 'CALL_ABORTED' } });
    expect(mailbox.size).toBe(0);
  });

  test('turns away what waits and what comes while it is closed', async () => {
    const { mailbox } = open();
    const reason = new SignalboxError('PLUGIN_NOT_READY', 'Off').toRecord();
    const waiting = mailbox.post({ export: 'a', args: [] });
    const taken = mailbox.post({ export: 'b', args: [] });
    const [, second] = mailbox.take(2);
    mailbox.close(() => reason);
    mailbox.deliver({ tag: 'tick' });
    if (second) mailbox.putBack([second]);
    expect([await mailbox.post({ export: 'c', args: [] }), await taken]).toEqual([
      { outcome: 'rejected', error: reason },
      { outcome: 'rejected', error: reason },
    ]);
    mailbox.open();
    expect(mailbox.size).toBe(0);
    void waiting;
  });

  test('merges events of one kind and has room for them when it is full', () => {
    const { mailbox } = open(1);
    void mailbox.post({ export: 'a', args: [] });
    mailbox.deliver({ tag: 'tick' });
    mailbox.deliver(changeOf(1n, 'b'));
    mailbox.deliver({ tag: 'tick' });
    mailbox.deliver(changeOf(1n, 'a', 'b'));
    mailbox.deliver(changeOf(2n, 'c'));
    expect(mailbox.take(10).map(({ request }) => [request.export, ...request.args])).toEqual([
      ['a'],
      ['lifecycle.handle-event', { tag: 'tick' }],
      ['lifecycle.handle-event', changeOf(1n, 'a', 'b')],
      ['lifecycle.handle-event', changeOf(2n, 'c')],
    ]);
  });

  test('merges an event that was put back with the one that came after it', () => {
    const { mailbox } = open();
    mailbox.deliver(changeOf(1n, 'old'));
    const taken = mailbox.take(1);
    void mailbox.post({ export: 'a', args: [] });
    mailbox.deliver(changeOf(1n, 'new'));
    mailbox.putBack(taken);
    expect(mailbox.take(10).map(({ request }) => [request.export, ...request.args])).toEqual([
      ['lifecycle.handle-event', changeOf(1n, 'new', 'old')],
      ['a'],
    ]);
  });

  test('behaves like a queue, whatever is done to it', () => {
    const step = fc.oneof(
      fc.constant({ do: 'post' as const }),
      fc.record({ do: fc.constant('take' as const), max: fc.nat(5) }),
      fc.record({ do: fc.constant('putBack' as const) }),
      fc.record({ do: fc.constant('abort' as const), pick: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { mailbox } = open(1_000);
        let model: number[] = [];
        let taken: ReturnType<Mailbox['take']> = [];
        const callers: AbortController[] = [];
        for (const each of steps) {
          if (each.do === 'post') {
            const caller = new AbortController();
            model.push(callers.push(caller) - 1);
            void mailbox.post({ export: String(callers.length - 1), args: [], signal: caller.signal });
          } else if (each.do === 'take') {
            taken = mailbox.take(each.max);
            expect(namesOf(taken)).toEqual(model.splice(0, each.max).map(String));
          } else if (each.do === 'putBack') {
            mailbox.putBack(taken);
            model.unshift(
              ...taken
                .map(({ request }) => Number(request.export))
                .filter((n) => !callers[n]?.signal.aborted),
            );
            taken = [];
          } else {
            callers[each.pick]?.abort();
            model = model.filter((n) => n !== each.pick || !callers[n]?.signal.aborted);
          }
          expect(mailbox.size).toBe(model.length);
        }
        expect(namesOf(mailbox.take(1_000))).toEqual(model.map(String));
      }),
    );
  });
});
