import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { documentOf, file, problemOf } from './reading.ts';

describe('the [api] table', () => {
  test('is served on loopback when it is absent', () => {
    expect(documentOf('').api).toEqual({
      enabled: true,
      host: '127.0.0.1',
      prefix: '/api/v1',
      allowedHosts: [],
      requestsPerMinute: 1_200,
    });
  });

  test('is read whole', () => {
    const text = `[api]
enabled = false
host = "0.0.0.0"
port = 80
prefix = "/signalbox/v1"
allowed_hosts = ["box.example:80", "[::1]"]
requests_per_minute = 5
`;
    expect(documentOf(text).api).toEqual({
      enabled: false,
      host: '0.0.0.0',
      port: 80,
      prefix: '/signalbox/v1',
      allowedHosts: ['box.example:80', '[::1]'],
      requestsPerMinute: 5,
    });
  });

  test.each([
    'port = 70000',
    'prefix = "api"',
    'prefix = "/api/"',
    'prefix = "/a/../b"',
    'allowed_hosts = ["https://box.example"]',
    'allowed_hosts = ["*.example,x"]',
    'requests_per_minute = 0',
  ])('refuses %s', (line) => {
    expect(problemOf(parseConfig(`[api]\n${line}\n`, file))?.code).toBe('CONFIG_INVALID');
  });
});
