import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { bestEffortWalk } from '../../src/capabilities/best-effort-walk.ts';
import { platformWalk } from '../../src/capabilities/platform-walk.ts';
import { covers } from '../../src/permissions/allowing.ts';
import {
  componentProblem,
  componentsBelow,
  joinBelow,
  normalizeGuestPath,
  normalizeRoot,
} from '../../src/permissions/paths.ts';
import { pathAttacks } from '../support/corpora.ts';
import { fuzz } from '../support/fuzz.ts';

const attack = fc.constantFrom(
  ...pathAttacks.flatMap(([, paths]) => paths).filter((path) => path.length < 500),
);
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'file', 'inside', 'outside', 'loop', 'waves', 'secret') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('..', '.', '', '...', '%2e%2e', '．．', '.\u200b.', '\\', 'C:', 'con', '\0'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
);
const spelled = fc
  .tuple(
    fc.constantFrom('', 'waves/', './waves/', '/', './', '//'),
    fc.array(piece, { maxLength: 6 }),
    fc.constantFrom('/', '/', '/', '//', '\\', '／'),
  )
  .map(([start, parts, glue]) => start + parts.join(glue));
const written = fc.oneof({ weight: 4, arbitrary: spelled }, { weight: 1, arbitrary: attack });
const root = fc.constantFrom('.', '/', 'waves', './waves/', '/srv/data', 'deep//er', '../up');

describe('a path', () => {
  fuzz(
    'has one spelling, and that one has no other',
    3_000,
    fc.property(written, (path) => {
      const once = normalizeGuestPath(path);
      expect(normalizeGuestPath(once)).toBe(once);
    }),
  );

  fuzz(
    'of a grant has one spelling, and that one has no other',
    1_000,
    fc.property(written, (path) => {
      const once = normalizeRoot(path);
      expect(normalizeRoot(once)).toBe(once);
    }),
  );

  fuzz(
    'that a grant covers has components below it, each by the grammar, that name the same path',
    5_000,
    fc.property(root, written, fc.boolean(), (scope, path, isBelow) => {
      const normalized = normalizeGuestPath(isBelow ? `${normalizeRoot(scope)}/${path}` : path);
      if (!covers({ kind: 'fs:read', scope }, { kind: 'fs:read', scope: normalized })) return;
      const components = componentsBelow(normalizeRoot(scope), normalized);
      expect(components?.map(componentProblem)).toEqual(components?.map(() => undefined) ?? []);
      expect(components && joinBelow(normalizeRoot(scope), components)).toBe(normalized);
    }),
  );
});

describe('on the disk', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-paths-')));
    await mkdir(join(folder, 'waves/a/b/a'), { recursive: true });
    await mkdir(join(folder, 'secret/a/b'), { recursive: true });
    for (const file of [
      'file',
      'waves/file',
      'waves/a/file',
      'waves/a/b/file',
      'secret/file',
      'secret/a/file',
    ])
      await writeFile(join(folder, file), file);
    await symlink(join(folder, 'secret'), join(folder, 'waves/outside'));
    await symlink('../../secret', join(folder, 'waves/a/outside'));
    await symlink('a', join(folder, 'waves/inside'));
    await symlink('loop', join(folder, 'waves/loop'));
    await symlink('../secret/file', join(folder, 'waves/a/b/secret'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const walk of new Set([platformWalk(), bestEffortWalk])) {
    fuzz(
      `nothing that the ${walk.tier} walk opens lies outside the granted folder`,
      1_500,
      fc.asyncProperty(written, async (path) => {
        const components = componentsBelow('waves', normalizeGuestPath(path));
        if (components === undefined) return;
        const granted = join(folder, 'waves');
        const opening = await walk.open(granted, components);
        if (opening.outcome !== 'opened') return;
        await using opened = opening.opened;
        // A link that stands last is told of, and neither opened nor followed.
        if (opened.stat.isSymbolicLink()) return;
        expect(`${await realpath(opened.directoryPath)}${sep}`.startsWith(`${granted}${sep}`)).toBe(true);
      }),
    );
  }
});
