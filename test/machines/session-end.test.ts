import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { gate, guest } from '../support/guests.ts';

const withConfig = (value: string) => entryOf('a', { config: { greeting: value } });
const tickMs = 100;

/** Microtasks an end may come after an answer: more than any way from the one to the other takes. */
const latest = 24;

async function microtasks(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await undefined;
}

describe('an instance that ends while it hears of its new config', () => {
  test.each(Array.from({ length: latest }, (_, later) => [later]))(
    'ends, when that is %i microtasks after its answer',
    async (later) => {
      await using runtime = new FakeRuntime();
      const lost = new SignalboxError('CELL_LOST', 'The cell was killed').toRecord();
      const code = guest({
        'lifecycle.handle-event': (event) => {
          if (!JSON.stringify(event).includes('config-updated')) return;
          const [instance] = runtime.sandbox.live;
          void microtasks(later).then(() => instance?.kill(lost));
        },
      });
      runtime.artifacts.put('a', { code, manifest: { tick_ms: tickMs } });
      runtime.start(documentOf([withConfig('Hello')]));
      await runtime.reaches('a', 'Ready');
      runtime.manager.replay(documentOf([withConfig('Good day')]));
      await runtime.reaches('a', 'Error.backoff');
      const backoff = 1;
      expect(runtime.clock.held).toBe(backoff);
    },
  );

  test.each([
    ['is disabled', [entryOf('a', { enabled: false })]],
    ['is removed', []],
    ['never answers and is disabled', [entryOf('a', { enabled: false })]],
  ])('hears of nothing after its shutdown when its plugin %s', async (how, entries) => {
    await using runtime = new FakeRuntime();
    const update = gate();
    const heard: string[] = [];
    const code = guest({
      'lifecycle.handle-event': (event) => {
        heard.push(JSON.stringify(event).includes('config-updated') ? 'config' : 'other');
        return update.fn();
      },
      'lifecycle.shutdown': () => void heard.push('shutdown'),
    });
    runtime.artifacts.put('a', { code, manifest: { tick_ms: tickMs } });
    runtime.start(documentOf([withConfig('Hello')]));
    await runtime.reaches('a', 'Ready');
    runtime.manager.replay(documentOf([withConfig('Good day')]));
    await runtime.eventually(() => expect(update.entered).toBe(1));
    runtime.capabilities.wirings[0]?.deliver({ tag: 'tick' });
    runtime.manager.replay(documentOf(entries));
    const answers = !how.startsWith('never');
    if (answers) update.open();
    else runtime.clock.increment(60_000);
    await runtime.eventually(() => expect(runtime.sandbox.live.length).toBe(0));
    runtime.clock.increment(10 * tickMs);
    expect({ heard, timers: runtime.clock.held }).toEqual({
      heard: answers ? ['config', 'shutdown'] : ['config'],
      timers: 0,
    });
  });

  test('does not serve again, and its successor does', async () => {
    await using runtime = new FakeRuntime();
    const update = gate();
    runtime.artifacts.put('base', { code: guest() });
    runtime.artifacts.put('a', {
      code: guest({ 'lifecycle.handle-event': update.fn, answer: () => 42 }),
      manifest: { dependencies: [{ id: 'base' }] },
    });
    runtime.start(documentOf([entryOf('base'), withConfig('Hello')]));
    await runtime.reaches('a', 'Ready');
    runtime.manager.replay(documentOf([entryOf('base'), withConfig('Good day')]));
    await runtime.eventually(() => expect(update.entered).toBe(1));
    runtime.manager.replay(documentOf([entryOf('base', { enabled: false }), withConfig('Good day')]));
    await runtime.reaches('a', 'Error.quarantined');
    runtime.manager.replay(documentOf([entryOf('base'), withConfig('Good day')]));
    await runtime.reaches('a', 'Ready');
    expect(runtime.sandbox.live.length).toBe(3);
    update.open();
    await runtime.eventually(() => expect(runtime.sandbox.live.length).toBe(2));
    expect(await runtime.call('a', 'answer')).toEqual({ outcome: 'returned', value: 42 });
  });
});
