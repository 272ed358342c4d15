import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Isolation } from '../../src/config/document.ts';
import type { HostImports } from '../../src/ports/host-imports.ts';
import type { Prepared } from '../../src/ports/sandbox.ts';
import {
  call,
  callAll,
  fixture,
  type Harness,
  type InstanceOptions,
  openHarness,
  returned,
} from '../sandbox/harness.ts';
import { desk } from './desk.ts';

/** What any cell must do, whatever it runs in. */
export function testCells(isolation: Isolation): void {
  describe(`a guest in a cell of isolation "${isolation}"`, () => {
    let harness: Harness;
    let probe: Prepared;

    beforeAll(async () => {
      harness = await openHarness();
      probe = await harness.component(await fixture('probe.wat'));
    });
    afterAll(async () => {
      await harness[Symbol.asyncDispose]();
    });

    const start = (prepared: Prepared, options: InstanceOptions = {}) =>
      harness.instantiate(prepared, { isolation, ...options });
    const startProbe = (options: InstanceOptions = {}) => start(probe, { imports: desk(), ...options });

    test('a component says what it imports and exports', () => {
      expect(probe.imports).toEqual(['test:host/desk']);
      expect(probe.exports).toEqual(
        [
          'plus',
          'add',
          'count',
          'fail',
          'trap',
          'spin',
          'deep',
          'ask-host',
          'tell-host',
          'echo',
          'bytes',
        ].map((name) => (name === 'plus' ? name : `probe.${name}`)),
      );
    });

    test('calls run in order, and each has its own end', async () => {
      const guest = await startProbe();
      const outcomes = callAll(
        guest,
        (
          [
            ['probe.count', []],
            ['plus', [1, 2]],
            ['probe.fail', [7]],
            ['probe.nothing', []],
            ['probe.add', [1]],
            ['probe.add', ['one', 2]],
            ['probe.echo', [Uint8Array.of(1, 2, 3)]],
            ['probe.count', []],
          ] as const
        ).map(([name, args]) => ({ export: name, args, deadlineMs: 5_000 })),
      );
      expect(await Promise.all(outcomes)).toEqual([
        returned(1),
        returned(3),
        { outcome: 'refused', error: 7 },
        { outcome: 'rejected', error: expect.objectContaining({ code: 'CALL_INVALID' }) },
        {
          outcome: 'rejected',
          error: expect.objectContaining({
            code: 'CALL_INVALID',
            message: '"probe.add" takes 2 arguments, 1 were given',
          }),
        },
        {
          outcome: 'rejected',
          error: expect.objectContaining({
            code: 'CALL_INVALID',
            message: 'The arguments do not fit "probe.add": invalid u32 value [one]',
          }),
        },
        returned(Uint8Array.of(1, 2, 3)),
        returned(2),
      ]);
      await guest.close();
      expect(await guest.closed).toBeUndefined();
    });

    test.each([
      ['probe.trap', 'GUEST_TRAPPED', 'unreachable'],
      ['probe.deep', 'STACK_EXHAUSTED', 'recursed deeper'],
    ])('%s destroys the instance; what was not entered says so', async (name, code, reason) => {
      const guest = await startProbe();
      const request = { args: [], deadlineMs: 5_000 };
      const outcomes = callAll(
        guest,
        ['probe.count', name, 'probe.count'].map((each) => ({ export: each, ...request })),
      );
      const error = { code, blame: 'plugin', message: expect.stringContaining(reason) };
      expect(await Promise.all(outcomes)).toEqual([
        returned(1),
        { outcome: 'failed', error: { ...error, details: expect.objectContaining({ entered: true }) } },
        { outcome: 'failed', error: { ...error, details: expect.objectContaining({ entered: false }) } },
      ]);
      expect(await guest.closed).toEqual({ ...error, details: expect.anything() });
      expect(await call(guest, 'probe.count')).toMatchObject({
        outcome: 'failed',
        error: { code: 'PLUGIN_NOT_READY' },
      });
    });

    test('a guest that never returns is stopped at its deadline', async () => {
      const guest = await startProbe();
      const outcomes = callAll(guest, [
        { export: 'probe.count', args: [], deadlineMs: 5_000 },
        { export: 'probe.spin', args: [], deadlineMs: 100 },
        { export: 'probe.count', args: [], deadlineMs: 5_000 },
      ]);
      const limit = { name: 'call_deadline_ms', reached: 100, allowed: 100 };
      const late = {
        code: 'CALL_DEADLINE',
        blame: 'plugin',
        message: 'The call of "probe.spin" took longer than 100 ms',
      };
      expect(await Promise.all(outcomes)).toEqual([
        returned(1),
        { outcome: 'failed', error: { ...late, details: { limit, entered: true } } },
        { outcome: 'failed', error: { ...late, details: { limit, entered: false } } },
      ]);
    });

    test('host calls return values, refuse by the error case, and trap when they throw', async () => {
      const guest = await startProbe();
      expect(await call(guest, 'probe.ask-host', 21)).toEqual(returned(42));
      expect(await call(guest, 'probe.ask-host', 0)).toEqual(returned(1000 + 'zero'.length));
      expect(await call(guest, 'probe.tell-host', 3)).toEqual(returned(undefined));
      expect(await call(guest, 'probe.ask-host', 13)).toMatchObject({
        outcome: 'failed',
        error: { code: 'GUEST_TRAPPED', message: 'the host broke' },
      });
    });

    test('an import that was not wired is denied by name', async () => {
      const guest = await startProbe({ imports: {} });
      expect(await call(guest, 'probe.tell-host', 1)).toMatchObject({
        outcome: 'failed',
        error: {
          code: 'PERMISSION_DENIED',
          message: 'Plugin "test.guest" called "tell" of "test:host/desk", which it was not given',
        },
      });
    });

    test('aborting a call that waits leaves the guest alone', async () => {
      const answer = Promise.withResolvers<void>();
      const guest = await startProbe({ imports: desk(answer.promise) });
      const abort = new AbortController();
      const [first, second] = callAll(guest, [
        { export: 'probe.ask-host', args: [99], deadlineMs: 5_000 },
        { export: 'probe.count', args: [], deadlineMs: 5_000, signal: abort.signal },
      ]);
      abort.abort();
      expect(await second).toMatchObject({ outcome: 'rejected', error: { code: 'CALL_ABORTED' } });
      answer.resolve();
      expect(await first).toEqual(returned(198));
      expect(await call(guest, 'probe.count')).toEqual(returned(1));
    });

    test('aborting a call in flight destroys the instance and tells its host calls', async () => {
      const told = Promise.withResolvers<unknown>();
      const imports: HostImports = {
        'test:host/desk': {
          ask: (_args, signal) => {
            signal.addEventListener('abort', () => told.resolve(signal.reason));
            asked.resolve();
            return new Promise(() => {});
          },
        },
      };
      const asked = Promise.withResolvers<void>();
      const guest = await startProbe({ imports });
      const abort = new AbortController();
      const [outcome] = callAll(guest, [
        { export: 'probe.ask-host', args: [1], deadlineMs: 5_000, signal: abort.signal },
      ]);
      await asked.promise;
      abort.abort();
      expect(await outcome).toMatchObject({
        outcome: 'failed',
        error: { code: 'CALL_ABORTED', details: { entered: true } },
      });
      expect(await told.promise).toMatchObject({ code: 'CALL_ABORTED' });
      expect(await guest.closed).toMatchObject({ code: 'CALL_ABORTED' });
    });

    test('a guest that waits for the host past its deadline goes alone', async () => {
      const guest = await startProbe({ imports: desk(new Promise(() => {})) });
      const [outcome] = callAll(guest, [{ export: 'probe.ask-host', args: [99], deadlineMs: 80 }]);
      expect(await outcome).toMatchObject({ outcome: 'failed', error: { code: 'CALL_DEADLINE' } });
    });

    test('messages over the limit are refused on both sides', async () => {
      const guest = await startProbe({ limits: { message_bytes: 10_000 } });
      expect(await call(guest, 'probe.echo', new Uint8Array(20_000))).toMatchObject({
        outcome: 'rejected',
        error: { code: 'MESSAGE_TOO_LARGE' },
      });
      expect(await call(guest, 'probe.bytes', 9_000)).toEqual(returned(new Uint8Array(9_000)));
      expect(await call(guest, 'probe.bytes', 20_000)).toMatchObject({
        outcome: 'failed',
        error: { code: 'MESSAGE_TOO_LARGE' },
      });
    });

    test('many large messages pass, more at once than the window holds', async () => {
      const guest = await startProbe({ limits: { message_bytes: 2 * 1024 * 1024 } });
      const blob = new Uint8Array(1_000_000).fill(7);
      const outcomes = callAll(
        guest,
        Array.from({ length: 40 }, () => ({ export: 'probe.echo', args: [blob], deadlineMs: 10_000 })),
      );
      const lengths = (await Promise.all(outcomes)).map((outcome) =>
        outcome.outcome === 'returned' && outcome.value instanceof Uint8Array
          ? outcome.value.length
          : outcome,
      );
      expect(lengths).toEqual(Array.from({ length: 40 }, () => blob.length));
    });

    test('a script is called like a component', async () => {
      const script = await harness.script(`(() => {
        let last;
        const lifecycle = {
          init(config) { return { version: '1', description: config[0].value, capabilities: [] }; },
          handleEvent(event) { last = event; if (event.tag === 'bad') throw { tag: 'failed', val: 'no more' }; },
        };
        return {
          lifecycle, last: () => last, bytes: () => Uint8Array.of(1, 2), big: () => 2n ** 60n, nothing() {},
          broken() { return null.field; }, later: async () => 1,
        };
      })()`);
      const guest = await start(script);
      expect(guest.exports).toEqual([
        'lifecycle.init',
        'lifecycle.handle-event',
        'last',
        'bytes',
        'big',
        'nothing',
        'broken',
        'later',
      ]);
      const change = { tag: 'filesystem-change', val: { subscription: 5n, paths: ['a'], overflow: false } };
      expect(await call(guest, 'lifecycle.init', [{ key: 'a', value: '1' }])).toEqual(
        returned({ version: '1', description: '1', capabilities: [] }),
      );
      expect(await call(guest, 'lifecycle.handle-event', change)).toEqual(returned(undefined));
      expect(await call(guest, 'last')).toEqual(
        returned({ ...change, val: { ...change.val, subscription: 5 } }),
      );
      expect(await call(guest, 'lifecycle.handle-event', { tag: 'bad' })).toEqual({
        outcome: 'refused',
        error: { tag: 'failed', val: 'no more' },
      });
      expect(await call(guest, 'bytes')).toEqual(returned(Uint8Array.of(1, 2)));
      expect(await call(guest, 'big')).toEqual(returned(2n ** 60n));
      expect(await call(guest, 'nothing')).toEqual(returned(undefined));
      expect(await call(guest, 'missing')).toMatchObject({
        outcome: 'rejected',
        error: { code: 'CALL_INVALID' },
      });
      const broken = await call(guest, 'broken');
      expect(broken).toEqual({
        outcome: 'failed',
        error: {
          code: 'GUEST_TRAPPED',
          blame: 'plugin',
          message: `"broken" threw TypeError: cannot read property 'field' of null`,
          details: { entered: true, frames: [expect.stringMatching(/^at broken \(guest\.ts:9:\d+\)$/)] },
        },
      });
    });
  });
}
