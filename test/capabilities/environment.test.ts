import { expect, test } from 'vitest';
import { wired } from './wired.ts';

const environment = { API_URL: 'https://a.example', SECRET: 'hidden', EMPTY: '' };
const permissions = ['env:read:API_URL', 'env:read:EMPTY', 'env:read:ABSENT'];

test.each([
  ['API_URL', 'https://a.example'],
  ['EMPTY', ''],
  ['ABSENT', undefined],
])('a granted variable %s is read', async (name, value) => {
  await using box = wired({ permissions, environment });
  expect(await box.call('environment.get', name)).toEqual({ outcome: 'returned', value });
});

test('a variable is looked up when it is asked for', async () => {
  const changing: Record<string, string> = { API_URL: 'before' };
  await using box = wired({ permissions, environment: changing });
  changing['API_URL'] = 'after';
  expect(await box.call('environment.get', 'API_URL')).toMatchObject({ value: 'after' });
});

test.each(['SECRET', 'NOT_THERE', 'api_url', '', '__proto__'])(
  'the variable %j is denied, there or not',
  async (name) => {
    await using box = wired({ permissions, environment });
    expect(await box.call('environment.get', name)).toMatchObject({
      outcome: 'refused',
      error: { permission: `env:read:${name}`, rule: expect.stringContaining('is granted for') },
    });
    expect(box.audit).toMatchObject([{ decision: 'denied', permission: `env:read:${name}` }]);
  },
);

test.each(['__proto__', 'toString'])('%s is no variable, even where all are granted', async (name) => {
  await using box = wired({ permissions: ['env:read:*'], environment });
  expect(await box.call('environment.get', name)).toEqual({ outcome: 'returned', value: undefined });
});

test.each(['A\nB', 'A\u202eB', 'x'.repeat(300)])('%j is no name', async (name) => {
  await using box = wired({ permissions: ['env:read:*'], environment });
  expect(await box.call('environment.get', name)).toMatchObject({
    error: { rule: 'It is no name of a variable' },
  });
});

test('reading in a loop fills neither the audit nor anything else', async () => {
  await using box = wired({ environment });
  for (let read = 0; read < 1_000; read++) await box.call('environment.get', 'SECRET');
  expect(box.audit).toHaveLength(100);
  expect(await box.call('environment.get', 'SECRET')).toMatchObject({
    error: { rule: 'More than 100 variables a second are not read' },
  });
});
