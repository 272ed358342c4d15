import { describe, expect, test, vi } from 'vitest';
import type { TelemetryEvent } from '../../relays/telemetry.ts';
import { createTestRuntime } from '../../src/testing.ts';
import { heldResources, leakedSince } from '../support/held-resources.ts';
import { childrenRunning } from '../support/processes.ts';

const answer = (value: number): string => `export function answer() { return ${value}; }`;
const component = 'plugins/hello_world/dist/hello-world.wasm';

describe('many plugins', () => {
  test('200 of both kinds load, answer and unload, and leave nothing behind', async () => {
    const scripts = Array.from(
      { length: 160 },
      (_, index) => [`many.script${index}`, { source: answer(index) }] as const,
    );
    const components = Array.from(
      { length: 40 },
      (_, index) => [`many.component${index}`, { path: component, permissions: ['log'] }] as const,
    );
    // The first runtime of a process leaves warm caches; what the second adds is a leak.
    await (await createTestRuntime({ plugins: { 'warm.up': { source: answer(0) } } })).close();
    const before = await heldResources();
    {
      await using box = await createTestRuntime({ plugins: Object.fromEntries([...scripts, ...components]) });
      expect(box.plugins.list().filter(({ state }) => state !== 'Ready')).toEqual([]);
      const answers = await Promise.all(scripts.map(([id]) => box.plugins.call(id, 'answer')));
      expect(answers).toEqual(scripts.map((_, index) => index));
    }
    expect(await leakedSince(before)).toEqual([]);
  }, 120_000);
});

describe('a cell killed from outside', () => {
  test('brings its plugins back, and what waited in their mailboxes is answered', async () => {
    await using box = await createTestRuntime({
      plugins: { 'cell.one': { source: answer(1) }, 'cell.two': { source: answer(2) } },
    });
    const restarts: TelemetryEvent[] = [];
    box.relays.telemetry.subscribe((event) => {
      if (event.kind === 'counter' && event.name === 'plugin.restarts') restarts.push(event);
    });
    const cells = await childrenRunning('sandbox/cell');
    expect(cells.length).toBeGreaterThan(0);
    for (const { pid } of cells) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(restarts.length).toBe(2), 10_000);
    expect(await box.plugins.call('cell.one', 'answer')).toBe(1);
    expect(await box.plugins.call('cell.two', 'answer')).toBe(2);
  }, 30_000);
});

describe('a guest that spins', () => {
  test('loses its call at the deadline, and its neighbour serves again by itself', async () => {
    await using box = await createTestRuntime({
      plugins: {
        'bad.spin': { source: 'export function spin() { for (;;) {} }' },
        'good.answer': { source: answer(42) },
      },
    });
    await expect(box.plugins.call('bad.spin', 'spin', [], { deadlineMs: 200 })).rejects.toMatchObject({
      code: 'CALL_DEADLINE',
    });
    expect(await box.plugins.call('good.answer', 'answer')).toBe(42);
  }, 30_000);

  test('in a cell of its own costs its neighbour nothing', async () => {
    await using box = await createTestRuntime({
      plugins: {
        'bad.spin': { source: 'export function spin() { for (;;) {} }', isolation: 'own' },
        'good.answer': { source: answer(42) },
      },
    });
    const spinning = box.plugins.call('bad.spin', 'spin', [], { deadlineMs: 300 });
    expect(await box.plugins.call('good.answer', 'answer')).toBe(42);
    await expect(spinning).rejects.toMatchObject({ code: 'CALL_DEADLINE' });
    expect(
      box.statuses.filter(
        ({ id, state }) => id === 'good.answer' && state !== 'Loading' && state !== 'Ready',
      ),
    ).toEqual([]);
  }, 30_000);
});
