import { config } from 'rxjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createStateRelay } from '../../relays/state-relay.ts';

afterEach(() => {
  config.onUnhandledError = null;
});

describe('a state relay', () => {
  test('replays the latest value to whoever comes late', () => {
    const relay = createStateRelay('loading');
    relay.publish('one');
    relay.publish('two');
    const seen: string[] = [];
    relay.observable.subscribe((value) => seen.push(value));
    expect([seen, relay.latest]).toEqual([['two'], 'two']);
  });

  test('starts with its explicit initial value', () => {
    const seen: string[] = [];
    createStateRelay('loading').observable.subscribe((value) => seen.push(value));
    expect(seen).toEqual(['loading']);
  });

  test('shows nested publishes to every subscriber in the order of their causes', () => {
    const relay = createStateRelay(0);
    const first: number[] = [];
    const second: number[] = [];
    relay.observable.subscribe((value) => {
      first.push(value);
      if (value === 1) relay.publish(2);
    });
    relay.observable.subscribe((value) => second.push(value));
    relay.publish(1);
    relay.publish(3);
    expect([first, second]).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ]);
  });

  test('goes on past a subscriber that throws, which is reported apart', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    const relay = createStateRelay(0);
    const seen: number[] = [];
    relay.observable.subscribe((value) => {
      if (value > 0) throw new Error(`cannot bear ${value}`);
    });
    relay.observable.subscribe((value) => seen.push(value));
    relay.publish(1);
    relay.publish(2);
    expect(seen).toEqual([0, 1, 2]);
    await vi.waitFor(() =>
      expect(reported).toEqual([new Error('cannot bear 1'), new Error('cannot bear 2')]),
    );
  });

  test('completes once and is silent after', () => {
    const relay = createStateRelay(0);
    const seen: unknown[] = [];
    relay.observable.subscribe({ next: (value) => seen.push(value), complete: () => seen.push('complete') });
    relay.close();
    relay.close();
    relay.publish(1);
    expect(seen).toEqual([0, 'complete']);
  });

  test('gives no way to publish through its observable', () => {
    expect(createStateRelay(0).observable).not.toHaveProperty('next');
  });
});
