import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type Batch, fromBytes, toBytes } from '../../plugins/auto_reload/batch.ts';
import { holdScriptCompiler } from '../../src/packages/script-compiler.ts';
import { type RunningScript, startScript } from './script-harness.ts';

const compiler = holdScriptCompiler();
afterAll(() => compiler[Symbol.asyncDispose]());

const config = { directories: ['waves'], max_changes: 3, max_wait_ms: 300 };
let plugin: RunningScript;
beforeEach(async () => {
  plugin = await startScript('auto_reload/auto-reload.ts');
  plugin.init(config);
});

const refreshes = (of: RunningScript) =>
  of.events.map(({ channel, event }) => [channel, event.tag, event.val]);
const refresh = (reason: string, ...paths: readonly string[]) => [
  'timeline',
  'refresh-timeline',
  { reason, paths },
];

describe('changes', () => {
  test('are told together once there are enough', () => {
    plugin.changed(['waves/b.vcd', 'waves/a.vcd']);
    expect(plugin.events).toEqual([]);
    plugin.changed(['waves/a.vcd', 'waves/ä.vcd']);
    expect(refreshes(plugin)).toEqual([refresh('4 changes', 'waves/a.vcd', 'waves/b.vcd', 'waves/ä.vcd')]);
  });

  test('are told together once the first has waited long enough, whatever came after', () => {
    plugin.tick();
    plugin.changed(['waves/a.vcd']);
    plugin.tick();
    plugin.changed(['waves/b.vcd']);
    plugin.tick();
    expect(plugin.events).toEqual([]);
    plugin.tick();
    expect(refreshes(plugin)).toEqual([refresh('2 changes', 'waves/a.vcd', 'waves/b.vcd')]);
    plugin.tick();
    expect(plugin.events.length).toBe(1);
  });

  test('too many to list are told at once', () => {
    plugin.changed(['waves/a.vcd'], true);
    expect(refreshes(plugin)).toEqual([refresh('more files changed than were counted', 'waves/a.vcd')]);
  });

  test('stay pending while the host takes no events', () => {
    plugin.refusal.publish = 'rate-limited';
    plugin.changed(['waves/a.vcd', 'waves/b.vcd', 'waves/c.vcd']);
    delete plugin.refusal.publish;
    plugin.tick();
    expect(refreshes(plugin)).toEqual([refresh('3 changes', 'waves/a.vcd', 'waves/b.vcd', 'waves/c.vcd')]);
  });
});

describe('a hot reload', () => {
  test('loses no pending change and doubles none', async () => {
    plugin.changed(['waves/a.vcd']);
    plugin.tick();
    const successor = await startScript('auto_reload/auto-reload.ts');
    successor.init(config);
    successor.changed(['waves/b.vcd']);
    successor.call('state.restore', plugin.call('state.snapshot'));
    plugin.call('lifecycle.shutdown');
    expect([plugin.events, successor.events]).toEqual([[], []]);
    successor.tick();
    successor.tick();
    expect(refreshes(successor)).toEqual([refresh('2 changes', 'waves/a.vcd', 'waves/b.vcd')]);
  });

  test('is refused what another version wrote', () => {
    for (const text of ['', '[]', '{"changes":1}', 'null']) {
      expect(() => plugin.call('state.restore', Buffer.from(text))).toThrow(
        expect.objectContaining({ tag: 'failed', val: expect.stringContaining('Cannot restore: ') }),
      );
    }
  });

  test('takes any batch along as it is', () => {
    const batches: fc.Arbitrary<Batch> = fc.record({
      changes: fc.nat(),
      paths: fc.array(fc.string({ unit: 'binary' })),
      isOverflowing: fc.boolean(),
      ticks: fc.nat(),
    });
    fc.assert(
      fc.property(batches, (batch) => {
        expect(fromBytes(toBytes(batch))).toEqual(batch);
      }),
    );
  });
});

describe('the config', () => {
  test('may change while it runs', () => {
    plugin.changed(['waves/a.vcd']);
    plugin.configUpdated({ directories: ['more'], max_changes: 1 });
    expect(refreshes(plugin)).toEqual([refresh('1 change', 'waves/a.vcd')]);
    expect([...plugin.watches.values()]).toEqual([['more']]);
  });

  test.each([
    [{}, '"directories" is missing, allowed is a list of texts: ["waves"]'],
    [{ ...config, max_changes: 0 }, '"max_changes" is 0, allowed is a whole number from 1'],
    [{ ...config, max_wait_ms: 'long' }, '"max_wait_ms" is "long", allowed is a whole number from 100'],
  ])('%j is refused', (wrong, val) => {
    expect(() => plugin.init(wrong)).toThrow(expect.objectContaining({ tag: 'invalid-config', val }));
  });
});
