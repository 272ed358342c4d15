import { afterAll, beforeAll, expect, test } from 'vitest';
import { returned } from '../../src/capabilities/replies.ts';
import type { HostImports } from '../../src/ports/host-imports.ts';
import { call, type Harness, openHarness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness(1);
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
});

test('what a script asks of http reaches the host whole, and so does the answer the script', async () => {
  const asked: unknown[] = [];
  const denial = { permission: 'net:request:https://b.example', rule: 'the rule' };
  const imports: HostImports = {
    'signalbox:plugin/http': {
      fetch: ([request]) => {
        asked.push(request);
        return asked.length > 2
          ? { outcome: 'refused', error: { tag: 'denied', val: denial } }
          : returned({
              status: 200,
              headers: [{ name: 'a', value: 'b' }],
              url: 'https://a.example/',
              body: 7n,
            });
      },
      'read-body': (args) => {
        asked.push(args);
        return returned(Uint8Array.of(1, 2));
      },
      close: (args) => {
        asked.push(args);
        return returned(undefined);
      },
    },
  };
  const guest = await harness.instantiate(
    await harness.script(`(() => {
      const { fetch, readBody, close } = globalThis[Symbol.for('signalbox')]['signalbox:plugin/http'];
      const url = 'https://a.example/';
      return {
        get: () => fetch({ method: 'GET', url }),
        post: () => fetch({ method: 'POST', url, headers: [{ name: 'x', value: 'y' }], body: Uint8Array.of(9) }),
        denied: () => { try { fetch({ method: 'GET', url }); } catch ({ tag, val }) { return { tag, val }; } },
        read: () => readBody(7, 10),
        close: () => close(7),
        wrong: () => { try { fetch({ method: 'GET' }); } catch ({ message }) { return message; } },
      };
    })()`),
    { imports },
  );
  const response = { status: 200, headers: [{ name: 'a', value: 'b' }], url: 'https://a.example/', body: 7 };
  const url = 'https://a.example/';
  expect(await call(guest, 'get')).toEqual(returned(response));
  expect(await call(guest, 'post')).toEqual(returned(response));
  expect(await call(guest, 'denied')).toEqual(returned({ tag: 'denied', val: denial }));
  expect(await call(guest, 'read')).toEqual(returned(Uint8Array.of(1, 2)));
  expect(await call(guest, 'close')).toEqual(returned(undefined));
  expect(await call(guest, 'wrong')).toEqual(
    returned('http.fetch: argument 1: "url": expected a string, got undefined'),
  );
  expect(asked).toEqual([
    { method: 'GET', url, headers: [], body: undefined },
    { method: 'POST', url, headers: [{ name: 'x', value: 'y' }], body: Uint8Array.of(9) },
    { method: 'GET', url, headers: [], body: undefined },
    [7n, 10],
    [7n],
  ]);
});
