import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { allows, covers } from '../../src/permissions/allowing.ts';
import { parsePermission } from '../../src/permissions/permission.ts';

const request = (origin: string) => parsePermission(`net:request:${origin}`);

describe('an origin has one spelling, the one WHATWG URL gives it', () => {
  test.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['HTTPS://API.Example.COM:443/', 'https://api.example.com'],
    ['http://api.example.com:80', 'http://api.example.com'],
    ['https://api.example.com:8443', 'https://api.example.com:8443'],
    ['https://*.Example.com', 'https://*.example.com'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['http://2130706433:8080', 'http://127.0.0.1:8080'],
    ['http://0x7f.1', 'http://127.0.0.1'],
    ['http://127.0.0.1.', 'http://127.0.0.1'],
    ['http://[0:0:0::1]:3000', 'http://[::1]:3000'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['*', '*'],
  ])('%s is %s', (written, scope) => {
    expect(request(written)).toEqual({ kind: 'net:request', scope });
  });
});

describe('what is no origin is refused with what to write', () => {
  test.each([
    ['api.example.com', 'has no scheme', 'https://api.example.com'],
    ['api.example.com:8443', 'has no scheme', 'https://api.example.com:8443'],
    ['<origin>', 'has no scheme', 'https://api.example.com'],
    ['https://', 'is no URL', 'https://api.example.com'],
    ['https://a b', 'is no URL', 'https://api.example.com'],
    ['https:\\\\api.example.com', 'has no scheme', 'https://api.example.com'],
    ['https://api.example.com\\@evil.example', 'is no URL', 'https://api.example.com'],
    [
      'ftp://api.example.com',
      'has the scheme "ftp"; only https and http can be requested',
      'https://api.example.com',
    ],
    ['https://me@api.example.com', 'has a user name', 'https://api.example.com'],
    ['https://api.example.com/v1', 'says more than scheme, host and port', 'https://api.example.com'],
    [
      'https://api.example.com:8443/?',
      'says more than scheme, host and port',
      'https://api.example.com:8443',
    ],
    ['https://api.example.com.:8443', 'has a dot at the end', 'https://api.example.com:8443'],
    [
      'https://a..example.com',
      'has the host "a..example.com", which is no name and no address',
      'https://api.example.com',
    ],
    ['https://*.com', 'has a "*" above everything', 'https://*.example.com'],
    ['https://*', 'has a "*" elsewhere than before the first dot', 'https://*.example.com'],
    ['https://*example.com', 'has a "*" elsewhere than before the first dot', 'https://*.example.com'],
    ['https://api.*.com', 'has a "*" elsewhere than before the first dot', 'https://*.example.com'],
    ['https://*.*.example.com', 'has a "*" elsewhere than before the first dot', 'https://*.example.com'],
    ['https://*.10.0.0.1', 'is no URL', 'https://api.example.com'],
  ])('%s %s', (written, problem, fix) => {
    const text = `net:request:${written}`;
    expect(thrownBy(() => parsePermission(text)).toRecord()).toEqual({
      code: 'PERMISSION_INVALID',
      blame: 'user',
      message: `Permission ${JSON.stringify(text)} names no origin: it ${problem}`,
      hint: `Write "net:request:${fix}"`,
    });
  });
});

describe('a wildcard covers names below, on its own scheme and port', () => {
  test.each([
    ['https://*.example.com', 'https://api.example.com', true],
    ['https://*.example.com', 'https://a.b.c.example.com', true],
    ['https://*.example.com', 'https://*.example.com', true],
    ['https://*.example.com', 'https://*.api.example.com', true],
    ['https://*.example.com:8443', 'https://api.example.com:8443', true],
    ['https://*.example.com', 'https://example.com', false],
    ['https://*.example.com', 'https://badexample.com', false],
    ['https://*.example.com', 'https://api.example.com.evil.org', false],
    ['https://*.example.com', 'https://api.example.com:8443', false],
    ['https://*.example.com:8443', 'https://api.example.com', false],
    ['https://*.example.com', 'http://api.example.com', false],
    ['https://api.example.com', 'https://*.example.com', false],
    ['https://api.example.com', 'https://v2.api.example.com', false],
    ['*', 'https://api.example.com', false],
  ])('%s for %s: %s', (granted, wanted, isCovered) => {
    expect(covers(request(granted), request(wanted))).toBe(isCovered);
  });

  test.each([
    'https://.example.com',
    'https://a..example.com',
    'https://evil.org#.example.com',
    'https://evil.org/.example.com',
  ])('and nothing that only ends like one: %s', (scope) => {
    expect(covers(request('https://*.example.com'), { kind: 'net:request', scope })).toBe(false);
  });
});

test('of two grants that cover an origin the closer one is the rule', () => {
  const granted = ['https://*.example.com', 'https://*.api.example.com', 'https://v1.api.example.com'].map(
    request,
  );
  const rules = ['https://v1.api.example.com', 'https://v2.api.example.com', 'https://www.example.com'].map(
    (origin) => allows(granted, request(origin)).rule,
  );
  expect(rules).toEqual([
    'net:request:https://v1.api.example.com',
    'net:request:https://*.api.example.com',
    'net:request:https://*.example.com',
  ]);
});

function thrownBy(act: () => unknown): SignalboxError {
  try {
    act();
  } catch (error) {
    if (error instanceof SignalboxError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown');
}
