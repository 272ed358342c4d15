import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallOutcome } from '../../src/ports/sandbox.ts';
import type { GuestCode } from '../support/fake-sandbox.ts';
import { gate, guest } from '../support/guests.ts';
import { ready, save } from '../support/reloads.ts';

describe('the mailbox across reloads', () => {
  test('loses and doubles no call, and keeps their order', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant('call' as const) },
      { weight: 1, arbitrary: fc.constant('save' as const) },
      { weight: 2, arbitrary: fc.constant('wait' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const seen: unknown[] = [];
        const code = (): GuestCode =>
          guest({
            note: async (value) => {
              await Promise.resolve();
              seen.push(value);
              return value;
            },
          });
        await using runtime = await ready(code());
        const calls: Promise<CallOutcome>[] = [];
        let saves = 0;
        for (const each of steps) {
          if (each === 'call') calls.push(runtime.call('a', 'note', calls.length));
          else if (each === 'save') save(runtime, code(), `2.0.${saves++}`);
          else await new Promise(setImmediate);
        }
        const outcomes = await Promise.all(calls);
        expect(outcomes).toEqual(calls.map((_, value) => ({ outcome: 'returned', value })));
        expect(seen).toEqual(calls.map((_, value) => value));
        const latest = saves > 0 ? `2.0.${saves - 1}` : '1.0.0';
        await runtime.eventually(() => expect(runtime.status('a')?.version).toBe(latest));
      }),
      { numRuns: 60 },
    );
  });

  test('hands a change that came during the swap to the new one, once', async () => {
    const changes: unknown[] = [];
    const watching = (name: string) =>
      guest({ 'lifecycle.handle-event': (event) => void changes.push([name, event]) });
    await using runtime = await ready(watching('old'));
    const init = gate();
    const next = watching('new');
    save(runtime, (imports) => ({ ...next(imports), 'lifecycle.init': init.fn }));
    await runtime.eventually(() => expect(init.entered).toBe(1));
    const change = (path: string) =>
      ({ tag: 'filesystem-change', val: { subscription: 1n, paths: [path], overflow: false } }) as const;
    const [, successor] = runtime.capabilities.wirings;
    successor?.deliver(change('waves/b.vcd'));
    successor?.deliver(change('waves/a.vcd'));
    expect(changes).toEqual([]);
    init.open();
    await runtime.eventually(() => expect(changes.length).toBe(1));
    expect(changes).toEqual([
      [
        'new',
        { ...change(''), val: { subscription: 1n, paths: ['waves/a.vcd', 'waves/b.vcd'], overflow: false } },
      ],
    ]);
  });
});
