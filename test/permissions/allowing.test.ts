import { describe, expect, test } from 'vitest';
import { allows } from '../../src/permissions/allowing.ts';
import { parsePermission } from '../../src/permissions/permission.ts';

const granted = [
  'fs:list:waves',
  'fs:read:waves',
  'fs:read:waves/deep',
  'fs:read:/srv/data/',
  'watch:./waves',
  'net:request:https://api.example.com',
  'net:request:*',
  'relay:publish:discovery',
  'relay:publish:waves.found',
  'plugin:call:*',
  'storage:read:cache',
  'env:read:LANG',
  'host:use:myapp:orders/api',
  'log',
];

const decide = (needed: string) => allows(granted.map(parsePermission), parsePermission(needed));

describe('a permission that is covered is allowed by the closest grant', () => {
  test.each([
    ['fs:list:waves', 'fs:list:waves'],
    ['fs:list:waves/a/b', 'fs:list:waves'],
    ['fs:list:./waves/', 'fs:list:waves'],
    ['fs:read:waves/a.vcd', 'fs:read:waves'],
    ['fs:read:waves/deep/a.vcd', 'fs:read:waves/deep'],
    ['fs:read:/srv/data/x', 'fs:read:/srv/data/'],
    ['watch:waves/sub', 'watch:./waves'],
    ['net:request:https://api.example.com', 'net:request:https://api.example.com'],
    ['relay:publish:discovery', 'relay:publish:discovery'],
    ['plugin:call:anything', 'plugin:call:*'],
    ['storage:read:cache', 'storage:read:cache'],
    ['env:read:LANG', 'env:read:LANG'],
    ['host:use:myapp:orders/api', 'host:use:myapp:orders/api'],
    ['log', 'log'],
  ])('%s by %s', (needed, rule) => {
    expect(decide(needed)).toEqual({ allowed: true, rule, grant: parsePermission(rule) });
  });
});

describe('a permission that is not covered is denied with what is granted', () => {
  test.each([
    ['fs:list:wavesx', '"fs:list" is granted for "waves" alone'],
    ['fs:list:.', '"fs:list" is granted for "waves" alone'],
    ['fs:list:waves/../etc', '"fs:list" is granted for "waves" alone'],
    ['fs:list:/waves', '"fs:list" is granted for "waves" alone'],
    ['fs:metadata:waves', '"fs:metadata" is not granted'],
    ['fs:write:waves/a', '"fs:write" is not granted'],
    ['fs:read:/srv/database', '"fs:read" is granted for "waves", "waves/deep", "/srv/data/" alone'],
    ['watch:other', '"watch" is granted for "./waves" alone'],
    [
      'net:request:https://api.example.com.evil.org',
      '"net:request" is granted for "https://api.example.com", "*" alone',
    ],
    [
      'net:request:http://api.example.com',
      '"net:request" is granted for "https://api.example.com", "*" alone',
    ],
    ['relay:publish:discovery.x', '"relay:publish" is granted for "discovery", "waves.found" alone'],
    ['storage:write:cache', '"storage:write" is not granted'],
    ['env:read:LANGUAGE', '"env:read" is granted for "LANG" alone'],
    ['host:use:myapp:orders/admin', '"host:use" is granted for "myapp:orders/api" alone'],
    ['metrics', '"metrics" is not granted'],
    ['time:read', '"time:read" is not granted'],
  ])('%s: %s', (needed, rule) => {
    expect(decide(needed)).toEqual({ allowed: false, rule });
  });
});
