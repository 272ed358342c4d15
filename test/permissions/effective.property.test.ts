import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allows, covers } from '../../src/permissions/allowing.ts';
import { resolveGrants } from '../../src/permissions/granting.ts';
import { defaultLimits } from '../../src/permissions/limits.ts';
import { parsePermission } from '../../src/permissions/permission.ts';
import { parsePattern, ruleAgainst } from '../../src/permissions/policy.ts';

const paths = ['.', 'a', 'a/b', 'a/b/c', 'A/B', 'ab', '/app/a', '/etc'];
const permission = fc.oneof(
  fc
    .tuple(fc.constantFrom('fs:read', 'fs:list', 'watch'), fc.constantFrom(...paths))
    .map((parts) => parts.join(':')),
  fc.constantFrom('relay:publish:x', 'relay:publish:*', 'log', 'random', 'env:read:HOME'),
);
const pattern = fc.oneof(permission, fc.constantFrom('*', 'fs:*', 'fs:read', 'watch:*', 'relay:publish'));
const layer = fc.record({ allow: fc.option(fc.array(pattern), { nil: undefined }), deny: fc.array(pattern) });

test('what takes effect never exceeds what was asked, what the policy allows, or what was granted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(permission, fc.constantFrom('fs:read:*', 'watch:*'))),
      fc.array(permission),
      fc.array(permission),
      fc.array(layer, { maxLength: 3 }),
      permission,
      (wants, lasting, leased, layers, neededText) => {
        const policy = {
          name: 'p',
          limits: defaultLimits,
          layers: layers.map(({ allow, deny }) => ({
            name: 'p',
            ...(allow && { allow: allow.map(parsePattern) }),
            deny: deny.map(parsePattern),
          })),
        };
        const leases = [...new Set(leased)].map((text) => ({ permission: text, calls: 1 }));
        const { effective } = resolveGrants({
          manifest: { permissions: wants.map((want) => ({ want, reason: '', optional: true })) },
          isDeclared: true,
          entry: { permissions: lasting, leases, policy },
          baseFolder: '/app',
          now: 0,
          leaseUse: new Map(),
        });
        const needed = parsePermission(neededText);
        // As a host call is decided: by what takes effect, then by the policy.
        const isAllowed =
          allows(effective, needed).allowed && ruleAgainst(policy, needed, '/app') === undefined;
        const isAsked = wants
          .map(parsePermission)
          .some((want) => covers(want, needed) || (want.scope === '*' && want.kind === needed.kind));
        const isGranted = allows([...lasting, ...leased].map(parsePermission), needed).allowed;
        if (isAllowed) expect({ isAsked, isGranted }).toEqual({ isAsked: true, isGranted: true });
        // And what all three agree on is not lost.
        if (isAsked && isGranted && ruleAgainst(policy, needed, '/app') === undefined)
          expect(isAllowed).toBe(true);
      },
    ),
    { numRuns: 3_000 },
  );
});
