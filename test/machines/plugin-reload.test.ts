import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { entryOf } from '../support/config-documents.ts';
import type { GuestCode } from '../support/fake-sandbox.ts';
import { gate, guest, refuse } from '../support/guests.ts';
import { ready, save } from '../support/reloads.ts';

const version = (text: string) => ({ version: () => text });

describe('a reload', () => {
  test('swaps in the new code and closes the old', async () => {
    const shutdowns: string[] = [];
    const old = guest({ ...version('old'), 'lifecycle.shutdown': () => shutdowns.push('old') });
    await using runtime = await ready(old);
    save(runtime, guest(version('new')));
    await runtime.eventually(() => expect(runtime.status('a')?.version).toBe('2.0.0'));
    expect(await runtime.call('a', 'version')).toEqual({ outcome: 'returned', value: 'new' });
    await runtime.eventually(() => expect(shutdowns).toEqual(['old']));
    expect(runtime.sandbox.live.length).toBe(1);
    expect([runtime.count('plugin.loads', 'a'), runtime.count('plugin.reloads', 'a')]).toEqual([1, 1]);
  });

  test('leaves the old one serving while the new one initialises', async () => {
    await using runtime = await ready(guest(version('old')));
    const init = gate();
    save(runtime, guest({ ...version('new'), 'lifecycle.init': init.fn }));
    await runtime.eventually(() => expect(init.entered).toBe(1));
    expect(runtime.where('a')).toBe('Ready.reloading');
    expect(await runtime.call('a', 'version')).toEqual({ outcome: 'returned', value: 'old' });
    init.open();
    await runtime.reaches('a', 'Ready');
    expect(await runtime.call('a', 'version')).toEqual({ outcome: 'returned', value: 'new' });
  });

  test('hands over the state after the last call of the old one', async () => {
    const counter: GuestCode = () => {
      let count = 0;
      return {
        add: () => ++count,
        'state.snapshot': () => Uint8Array.of(count),
        'state.restore': (bytes) => {
          count = bytes instanceof Uint8Array ? (bytes[0] ?? 0) : 0;
        },
      };
    };
    await using runtime = await ready(counter);
    await runtime.call('a', 'add');
    await runtime.call('a', 'add');
    save(runtime, (imports) => counter(imports));
    await runtime.eventually(() => expect(runtime.status('a')?.version).toBe('2.0.0'));
    expect(await runtime.call('a', 'add')).toEqual({ outcome: 'returned', value: 3 });
  });

  test('that finds the same artifact loads nothing and tells nothing', async () => {
    const code = guest(version('same'));
    await using runtime = await ready(code);
    const told = runtime.statuses.length;
    runtime.fileWatcher.touch('/app/a/main.ts');
    await runtime.eventually(() => expect(runtime.count('plugin.unchanged', 'a')).toBe(1));
    expect(runtime.statuses.length).toBe(told);
    expect([runtime.sandbox.instantiations, runtime.sandbox.preparations]).toEqual([1, 1]);
  });

  test('that somebody commands loads the same artifact anew', async () => {
    await using runtime = await ready(guest(version('same')));
    runtime.manager.reload(entryOf('a').id);
    expect(runtime.where('a')).toBe('Ready.reloading');
    await runtime.reaches('a', 'Ready');
    expect(runtime.sandbox.instantiations).toBe(2);
  });

  test('begins anew when the file changes again meanwhile', async () => {
    await using runtime = await ready(guest(version('old')));
    const init = gate();
    save(runtime, guest({ ...version('half-way'), 'lifecycle.init': init.fn }), '2.0.0');
    await runtime.eventually(() => expect(init.entered).toBe(1));
    save(runtime, guest(version('final')), '3.0.0');
    await runtime.eventually(() => expect(runtime.status('a')?.version).toBe('3.0.0'));
    await runtime.eventually(() => expect(runtime.sandbox.live.length).toBe(1));
    expect(runtime.count('plugin.reloads', 'a')).toBe(1);
    init.open();
  });

  test('that is overtaken while the old one ends its call hands over the state as it is then', async () => {
    const work = gate();
    const stateful = (): GuestCode => () => {
      let state = 0;
      return {
        add: () => ++state,
        work: async () => {
          await work.fn();
          return ++state;
        },
        'state.snapshot': () => Uint8Array.of(state),
        'state.restore': (bytes) => {
          state = bytes instanceof Uint8Array ? (bytes[0] ?? 0) : 0;
        },
      };
    };
    await using runtime = await ready(stateful());
    const current = runtime.call('a', 'work');
    await runtime.eventually(() => expect(work.entered).toBe(1));
    for (const next of ['2.0.0', '3.0.0', '4.0.0']) {
      const pauses = runtime.actorEvents.filter((type) => type === 'session.pause').length;
      save(runtime, stateful(), next);
      await runtime.eventually(() =>
        expect(runtime.actorEvents.filter((type) => type === 'session.pause').length).toBe(pauses + 1),
      );
    }
    const waiting = [runtime.call('a', 'add'), runtime.call('a', 'add')];
    work.open();
    expect(await Promise.all([current, ...waiting])).toEqual(
      [1, 2, 3].map((value) => ({ outcome: 'returned', value })),
    );
    expect(runtime.status('a')?.version).toBe('4.0.0');
  });

  test('ends with the old one when that crashes meanwhile, and the new code is loaded after a pause', async () => {
    await using runtime = await ready(guest(version('old')));
    const init = gate();
    save(runtime, guest({ ...version('new'), 'lifecycle.init': init.fn }));
    await runtime.eventually(() => expect(init.entered).toBe(1));
    runtime.sandbox.live[0]?.kill();
    await runtime.reaches('a', 'Error.backoff');
    init.open();
    runtime.clock.increment(100);
    await runtime.reaches('a', 'Ready');
    expect(await runtime.call('a', 'version')).toEqual({ outcome: 'returned', value: 'new' });
  });
});

describe('a reload that fails', () => {
  const trap = () => {
    throw new Error('boom');
  };
  const stateful = { 'state.snapshot': () => Uint8Array.of(1), 'state.restore': () => undefined };
  const failures: readonly {
    why: string;
    next: GuestCode | SignalboxError;
    old?: GuestCode;
    code: string;
  }[] = [
    { why: 'it does not parse', next: new SignalboxError('SCRIPT_INVALID', 'No'), code: 'SCRIPT_INVALID' },
    { why: 'its init traps', next: guest({ 'lifecycle.init': trap }), code: 'GUEST_TRAPPED' },
    {
      why: 'it refuses its config',
      next: guest({ 'lifecycle.init': () => refuse('invalid-config', 'no') }),
      code: 'PLUGIN_CONFIG_REFUSED',
    },
    {
      why: 'it refuses the state',
      old: guest({ ...version('old'), ...stateful }),
      next: guest({ ...stateful, 'state.restore': () => refuse('failed', 'too old') }),
      code: 'PLUGIN_REFUSED',
    },
    {
      why: 'the old one refuses to give its state',
      old: guest({ ...version('old'), ...stateful, 'state.snapshot': () => refuse('failed', 'busy') }),
      next: guest({ ...version('new'), ...stateful }),
      code: 'PLUGIN_REFUSED',
    },
    {
      why: 'the old one gives state that is no bytes',
      old: guest({ ...version('old'), ...stateful, 'state.snapshot': () => ({ length: 1 }) }),
      next: guest({ ...version('new'), ...stateful }),
      code: 'GUEST_TRAPPED',
    },
  ];

  test.each(failures)('because $why leaves the old one serving', async ({ next, old, code }) => {
    await using runtime = await ready(old ?? guest(version('old')));
    if (next instanceof SignalboxError) {
      runtime.artifacts.break('a', next);
      runtime.fileWatcher.touch('/app/a/main.ts');
    } else save(runtime, next);
    await runtime.eventually(() => expect(runtime.status('a')?.degraded?.code).toBe(code));
    expect(runtime.where('a')).toBe('Ready');
    expect(runtime.status('a')?.version).toBe('1.0.0');
    expect(await runtime.call('a', 'version')).toEqual({ outcome: 'returned', value: 'old' });
    expect(runtime.count('plugin.reloads.failed', 'a')).toBe(1);
    await runtime.eventually(() => expect(runtime.sandbox.live.length).toBe(1));
  });

  describe('because the old one dies of giving its state', () => {
    const dying = guest({ ...version('old'), ...stateful, 'state.snapshot': trap });
    const next = guest({ ...version('new'), ...stateful });

    test('leaves the new one serving, which begins with nothing and says so', async () => {
      await using runtime = await ready(dying);
      save(runtime, next);
      await runtime.eventually(() => expect(runtime.status('a')?.version).toBe('2.0.0'));
      expect(runtime.where('a')).toBe('Ready');
      expect(runtime.status('a')?.degraded?.code).toBe('GUEST_TRAPPED');
      expect(await runtime.call('a', 'version')).toEqual({ outcome: 'returned', value: 'new' });
      expect([runtime.count('plugin.reloads', 'a'), runtime.count('plugin.crashes', 'a')]).toEqual([1, 1]);
      await runtime.eventually(() => expect(runtime.sandbox.live.length).toBe(1));
      expect(runtime.statuses.filter(({ state }) => state === 'Error')).toEqual([]);
    });

    test('stops the plugin where the entry wants it so', async () => {
      await using runtime = await ready(dying, { onReloadFailure: 'stop' });
      save(runtime, next);
      await runtime.eventually(() => expect(runtime.status('a')?.state).toBe('Error'));
    });
  });

  test('is forgotten when the next save is good', async () => {
    await using runtime = await ready(guest(version('old')));
    save(runtime, guest({ 'lifecycle.init': trap }));
    await runtime.eventually(() => expect(runtime.status('a')?.degraded?.code).toBe('GUEST_TRAPPED'));
    save(runtime, guest(version('new')), '3.0.0');
    await runtime.eventually(() => expect(runtime.status('a')?.version).toBe('3.0.0'));
    expect(runtime.status('a')?.degraded).toBe(undefined);
  });

  test('is forgotten when the old artifact comes back', async () => {
    const old = guest(version('old'));
    await using runtime = await ready(old);
    save(runtime, guest({ 'lifecycle.init': trap }));
    await runtime.eventually(() => expect(runtime.status('a')?.degraded?.code).toBe('GUEST_TRAPPED'));
    save(runtime, old, '1.0.0');
    await runtime.eventually(() => expect(runtime.status('a')?.degraded).toBe(undefined));
    expect(runtime.sandbox.instantiations).toBe(2);
  });

  test('stops the plugin where the entry wants it so', async () => {
    await using runtime = await ready(guest(version('old')), { onReloadFailure: 'stop' });
    save(runtime, guest({ 'lifecycle.init': () => refuse('invalid-config', 'no') }));
    await runtime.reaches('a', 'Error.quarantined');
    await runtime.eventually(() => expect(runtime.sandbox.live.length).toBe(0));
  });
});
