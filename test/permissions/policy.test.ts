import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../src/permissions/limits.ts';
import { parsePermission } from '../../src/permissions/permission.ts';
import { parsePattern, ruleAgainst, ruleAgainstAll } from '../../src/permissions/policy.ts';
import { profilePolicy } from '../../src/permissions/profiles.ts';

const policyOf = (allow: readonly string[] | undefined, deny: readonly string[] = []) => ({
  name: 'mine',
  limits: defaultLimits,
  layers: [{ name: 'mine', ...(allow && { allow: allow.map(parsePattern) }), deny: deny.map(parsePattern) }],
});

describe('a use is decided by every pattern', () => {
  test.each([
    ['log', undefined, [], undefined],
    ['log', undefined, ['*'], 'policy "mine" denies "*"'],
    ['log', ['log'], [], undefined],
    ['fs:read:a', ['log'], [], 'policy "mine" does not allow "fs:read:a"'],
    ['fs:read:a', ['fs:*'], [], undefined],
    ['fs:read:a/b', ['fs:read:a'], [], undefined],
    ['fs:read:ab', ['fs:read:a'], [], 'policy "mine" does not allow "fs:read:ab"'],
    ['fs:read:a/b/c', undefined, ['fs:read:a/b'], 'policy "mine" denies "fs:read:a/b"'],
    ['fs:read:A/B/c', undefined, ['fs:read:a/b'], 'policy "mine" denies "fs:read:a/b"'],
    ['fs:read:/app/a/b', undefined, ['fs:read:a/b'], 'policy "mine" denies "fs:read:a/b"'],
    ['fs:read:x/../a/b', undefined, ['fs:read:a/b'], 'policy "mine" denies "fs:read:a/b"'],
    ['fs:list:a/b', undefined, ['fs:read:a/b'], undefined],
    ['net:request:https://a.example', ['net:request'], ['net:request:https://b.example'], undefined],
    ['relay:publish:x', ['relay:publish:y'], [], 'policy "mine" does not allow "relay:publish:x"'],
  ])('%s where %j is allowed and %j denied', (needed, allow, deny, rule) => {
    expect(ruleAgainst(policyOf(allow, deny), parsePermission(needed), '/app')).toBe(rule);
  });
});

test('a grant that a policy leaves a part of is not forbidden as a whole', () => {
  const whole = parsePermission('fs:read:.');
  expect([
    ruleAgainstAll(policyOf(['fs:read:a']), whole, '/app'),
    ruleAgainstAll(policyOf(undefined, ['fs:read:a']), whole, '/app'),
    ruleAgainstAll(policyOf(['fs:read:/etc']), whole, '/app'),
  ]).toEqual([undefined, undefined, 'policy "mine" does not allow "fs:read:."']);
});

describe('the profiles', () => {
  const kinds = [
    'fs:read:a',
    'fs:write:a',
    'net:request:https://a.example',
    'env:read:A',
    'plugin:call:a',
    'host:use:a:b/c',
    'log',
  ];
  test.each([
    ['default', kinds],
    ['orchestration', kinds],
    ['terminal', ['fs:read:a', 'fs:write:a', 'net:request:https://a.example', 'env:read:A', 'log']],
    ['observability', ['fs:read:a', 'net:request:https://a.example', 'log']],
    ['strict', ['fs:read:a', 'log']],
  ] as const)('%s allows %j', (name, allowed) => {
    const policy = profilePolicy(name);
    expect(kinds.filter((kind) => ruleAgainst(policy, parsePermission(kind), '/app') === undefined)).toEqual(
      allowed,
    );
  });
});
