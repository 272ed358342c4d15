import { config } from 'rxjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createEventRelay } from '../../relays/event-relay.ts';

afterEach(() => {
  config.onUnhandledError = null;
});

describe('an event relay', () => {
  test('tells only what happens from now on', () => {
    const relay = createEventRelay<number>();
    relay.publish(1);
    const seen: number[] = [];
    relay.observable.subscribe((event) => seen.push(event));
    relay.publish(2);
    expect(seen).toEqual([2]);
  });

  test('keeps the order of nested publishes for every subscriber', () => {
    const relay = createEventRelay<string>();
    const seen: string[][] = [[], [], []];
    relay.observable.subscribe((event) => {
      seen[0]?.push(event);
      if (event === 'a') {
        relay.publish('b');
        relay.publish('c');
      }
    });
    relay.observable.subscribe((event) => {
      seen[1]?.push(event);
      if (event === 'b') relay.publish('d');
    });
    relay.observable.subscribe((event) => seen[2]?.push(event));
    relay.publish('a');
    expect(seen).toEqual([
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'c', 'd'],
    ]);
  });

  test('goes on past a subscriber that throws', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    const relay = createEventRelay<number>();
    const seen: number[] = [];
    relay.observable.subscribe(() => {
      throw new Error('no');
    });
    relay.observable.subscribe((event) => seen.push(event));
    relay.publish(1);
    expect(seen).toEqual([1]);
    await vi.waitFor(() => expect(reported).toEqual([new Error('no')]));
  });

  test('stops telling whoever unsubscribed, also in the middle of a delivery', () => {
    const relay = createEventRelay<number>();
    const seen: number[] = [];
    const second = relay.observable.subscribe((event) => seen.push(event));
    relay.observable.subscribe(() => second.unsubscribe());
    relay.publish(1);
    relay.publish(2);
    expect(seen).toEqual([1]);
  });

  test('needs no subscriber, and ignores what comes after its end', () => {
    const relay = createEventRelay<number>();
    relay.publish(1);
    const seen: unknown[] = [];
    relay.observable.subscribe({ next: (event) => seen.push(event), complete: () => seen.push('complete') });
    relay.close();
    relay.publish(2);
    relay.observable.subscribe({ complete: () => seen.push('late complete') });
    expect(seen).toEqual(['complete', 'late complete']);
  });
});
