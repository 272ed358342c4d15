import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { defineCapability, hostFunction } from '../../src/capabilities/define-capability.ts';
import { refused, returned } from '../../src/capabilities/replies.ts';
import { pluginId, wired } from './wired.ts';

const order = Type.Object({ article: Type.String(), count: Type.Integer({ minimum: 1 }) });
const orders = defineCapability('myapp:orders/api', {
  'place-order': hostFunction(Type.Tuple([order]), ({ 0: { article, count } }, { plugin }) =>
    article === 'moon' ? refused('sold out') : returned(`${plugin} ordered ${count} ${article}`),
  ),
});

test('a granted plugin calls a function of the host application, and each use is audited', async () => {
  await using box = wired({ permissions: ['host:use:myapp:orders/api'], hostCapabilities: [orders] });
  expect(await box.call('api.place-order', { article: 'lamp', count: 2 })).toEqual(
    returned('waves.scanner ordered 2 lamp'),
  );
  expect(await box.call('api.place-order', { article: 'moon', count: 1 })).toEqual(refused('sold out'));
  expect(box.audit).toEqual([
    {
      plugin: pluginId,
      time: 1_000_000,
      decision: 'used',
      permission: 'host:use:myapp:orders/api',
      rule: 'host:use:myapp:orders/api',
    },
  ]);
});

test('arguments that do not fit their schema never reach the function', async () => {
  await using box = wired({ permissions: ['host:use:myapp:orders/api'], hostCapabilities: [orders] });
  await expect(box.call('api.place-order', { article: 'lamp', count: 0 })).rejects.toMatchObject({
    code: 'CELL_BROKE_PROTOCOL',
  });
});

test('a plugin without the permission is trapped', async () => {
  await using box = wired({ permissions: ['log'], hostCapabilities: [orders] });
  await expect(box.call('api.place-order', { article: 'lamp', count: 1 })).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
  });
  expect(box.audit).toMatchObject([{ decision: 'denied', permission: 'host:use:myapp:orders/api' }]);
});

describe('names that no host application can offer', () => {
  test.each([
    ['orders', {}, 'Interface name "orders" cannot be offered'],
    ['myapp:orders/api@1.0.0', {}, 'Interface name "myapp:orders/api@1.0.0" cannot be offered'],
    ['signalbox:plugin/log', {}, 'Interface name "signalbox:plugin/log" cannot be offered'],
    ['wasi:cli/environment', {}, 'Interface name "wasi:cli/environment" cannot be offered'],
    [
      'myapp:orders/api',
      { placeOrder: hostFunction(Type.Tuple([]), () => returned()) },
      'Function name "placeOrder"',
    ],
  ])('%s', (name, functions, message) => {
    expect(() => defineCapability(name, functions)).toThrow(message);
  });

  test('and the same one twice', () => {
    expect(() => wired({ hostCapabilities: [orders, orders] })).toThrow(
      'Interface "myapp:orders/api" is offered twice',
    );
  });
});
