import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { allows, covers } from '../../src/permissions/allowing.ts';
import { resolveGrants } from '../../src/permissions/granting.ts';
import { defaultLimits, type LimitName, lowerOf, strictLimits } from '../../src/permissions/limits.ts';
import {
  type Permission,
  type PermissionKind,
  parsePermission,
  permissionKinds,
  permissionText,
} from '../../src/permissions/permission.ts';
import { profilePolicy } from '../../src/permissions/profiles.ts';
import { codeOr } from '../support/code-or.ts';
import { pathAttacks } from '../support/corpora.ts';
import { fuzz } from '../support/fuzz.ts';

const kinds = Object.keys(permissionKinds) as PermissionKind[];
const attack = fc.constantFrom(...pathAttacks.flatMap(([, paths]) => paths).filter((path) => path !== ''));
/** Few words, so that scopes meet. */
const path = fc
  .tuple(
    fc.constantFrom('', '', '/', './', '../'),
    fc.array(fc.constantFrom('a', 'b', 'c', '.', '..'), { maxLength: 4 }),
  )
  .map(([start, parts]) => start + parts.join('/'))
  .filter((text) => text !== '');
const name = fc.constantFrom('*', 'a', 'b', 'a.b', 'https://a.example', 'https://a.example:8443', '.', '/');
const scope = fc.oneof(
  { weight: 4, arbitrary: path },
  { weight: 2, arbitrary: name },
  { weight: 1, arbitrary: attack },
);

const origin = fc.constantFrom(
  ...[
    '*',
    'https://a.example',
    'https://*.a.example',
    'https://b.a.example',
    'https://*.b.a.example',
    'https://c.b.a.example',
  ],
  ...[
    'http://a.example',
    'https://a.example:8443',
    'https://nota.example',
    'HTTPS://B.A.example:443/',
    'http://2130706433',
    'http://[::1]',
  ],
);
const scopeOf = (kind: PermissionKind): fc.Arbitrary<string> => (kind === 'net:request' ? origin : scope);
const permissionOf = (kind: PermissionKind): fc.Arbitrary<Permission> =>
  permissionKinds[kind].scope
    ? scopeOf(kind).map((text) => parsePermission(`${kind}:${text}`))
    : fc.constant({ kind });

/** Near an origin: what parsers of URLs disagree about. */
const originLike = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'https',
        'http',
        '://',
        ':',
        '/',
        '//',
        '\\',
        '@',
        '#',
        '?',
        '*',
        '.',
        'a.example',
        'example',
        '127.0.0.1',
        '[::1]',
        '%2e',
        '0x7f',
        '443',
      ),
      fc.string({ unit: 'binary', maxLength: 2 }),
    ),
    { minLength: 1, maxLength: 7 },
  )
  .map((parts) => parts.join(''));

const permission = fc.constantFrom(...kinds).chain(permissionOf);
/** Of one kind: else two of them hardly ever speak of the same thing. */
const related = fc
  .constantFrom(...kinds)
  .chain((kind) => fc.array(permissionOf(kind), { minLength: 3, maxLength: 3 }));

describe('the grammar of permissions', () => {
  fuzz(
    'reads any text as a permission that prints as that text, an origin in its one spelling, or refuses it',
    2_000,
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        permission.map(permissionText),
        originLike.map((text) => `net:request:${text}`),
      ),
      (text) => {
        const parsed = codeOr(() => parsePermission(text));
        if (typeof parsed === 'string') expect(parsed).toBe('PERMISSION_INVALID');
        else if (parsed.kind !== 'net:request') expect(permissionText(parsed)).toBe(text);
        else expect(parsePermission(permissionText(parsed))).toEqual(parsed);
      },
    ),
  );

  fuzz(
    'prints any permission as a text that reads the same',
    1_000,
    fc.property(permission, (one) => {
      expect(parsePermission(permissionText(one))).toEqual(one);
    }),
  );
});

describe('a grant', () => {
  fuzz(
    'covers itself',
    1_000,
    fc.property(permission, (one) => {
      expect(covers(one, one)).toBe(true);
    }),
  );

  fuzz(
    'covers what is covered by what it covers',
    20_000,
    fc.property(related, ([wide, middle, narrow]) => {
      if (!wide || !middle || !narrow) return;
      if (!covers(wide, middle) || !covers(middle, narrow)) return;
      expect(covers(wide, narrow)).toBe(true);
    }),
  );

  fuzz(
    'for an origin covers that origin, or names below its star, and nothing else a URL may say',
    3_000,
    fc.property(origin, fc.oneof(origin, originLike), (granted, written) => {
      const wanted = codeOr(() => parsePermission(`net:request:${written}`));
      if (typeof wanted === 'string' || wanted.scope === undefined) return;
      const grant = parsePermission(`net:request:${granted}`);
      if (!covers(grant, wanted) || grant.scope === wanted.scope) return;
      const [star, name] = [new URL(String(grant.scope)), new URL(wanted.scope)];
      expect([name.protocol, name.port]).toEqual([star.protocol, star.port]);
      expect(name.hostname.endsWith(star.hostname.slice(1))).toBe(true);
    }),
  );

  fuzz(
    'never covers another kind',
    1_000,
    fc.property(permission, permission, (one, other) => {
      if (one.kind !== other.kind) expect(covers(one, other)).toBe(false);
    }),
  );

  fuzz(
    'for a folder covers no path that a hostile hand wrote',
    2_000,
    fc.property(fc.constantFrom('waves', 'deep/er', '/srv/data', 'a b'), attack, (root, written) => {
      expect(covers({ kind: 'fs:read', scope: root }, { kind: 'fs:read', scope: written })).toBe(false);
    }),
  );
});

describe('what takes effect', () => {
  const wants = fc.array(
    fc.record({ want: permission.map(permissionText), reason: fc.constant('r'), optional: fc.boolean() }),
    { maxLength: 5 },
  );
  const policy = profilePolicy('default');
  const nothingLeased = { baseFolder: '/app', now: 0, leaseUse: new Map() };
  const granted = fc.array(permission.map(permissionText), { maxLength: 5 });

  fuzz(
    'lies within what is asked for and within what is granted',
    3_000,
    fc.property(wants, granted, (permissions, texts) => {
      const { effective, missing, withheld } = resolveGrants({
        manifest: { permissions },
        isDeclared: true,
        entry: { permissions: texts, leases: [], policy },
        ...nothingLeased,
      });
      const grants = texts.map(parsePermission);
      for (const one of effective) {
        expect(allows(grants, one).allowed).toBe(true);
        expect(permissions.some(({ want }) => isAskedBy(parsePermission(want), one))).toBe(true);
      }
      const unmet = new Set([...missing, ...withheld].map((each) => each.permission));
      for (const { want } of permissions) {
        const asked = parsePermission(want);
        if (asked.scope !== '*') expect(unmet.has(want)).toBe(!allows(grants, asked).allowed);
      }
    }),
  );

  fuzz(
    'never grows when a grant is taken away',
    2_000,
    fc.property(wants, granted, fc.nat(4), (permissions, texts, gone) => {
      const effectiveOf = (of: readonly string[]) =>
        resolveGrants({
          manifest: { permissions },
          isDeclared: true,
          entry: { permissions: of, leases: [], policy },
          ...nothingLeased,
        }).effective;
      const all = effectiveOf(texts);
      for (const one of effectiveOf(texts.toSpliced(gone, 1))) expect(allows(all, one).allowed).toBe(true);
    }),
  );
});

/** A want of `*` leaves the scope to the operator. */
function isAskedBy(want: Permission, one: Permission): boolean {
  return covers(want, one) || (want.scope === '*' && want.kind === one.kind);
}

describe('limits', () => {
  const names = Object.keys(defaultLimits) as LimitName[];
  const asked = fc.dictionary(fc.constantFrom(...names), fc.nat(2 ** 31));

  fuzz(
    'are the lowest anyone asks for, in whatever order',
    1_000,
    fc.property(fc.constantFrom(defaultLimits, strictLimits), asked, asked, (base, one, other) => {
      const lowered = lowerOf(base, one, other);
      expect(lowered).toEqual(lowerOf(base, other, one));
      expect(lowered).toEqual(lowerOf(lowered, one, other, base));
      for (const key of names)
        expect(lowered[key]).toBe(
          Math.min(base[key], one[key] ?? Number.POSITIVE_INFINITY, other[key] ?? Number.POSITIVE_INFINITY),
        );
    }),
  );
});
