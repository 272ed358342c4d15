import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { homes, partOf, parts } from './house.ts';
import { readModules, repository } from './source-modules.ts';

const modules = await readModules('src', 'actors', 'relays');
const shipped = modules.filter(({ path }) => partOf(path) !== 'src/build');

describe('every module keeps its rank', () => {
  test('each folder has a rank', () => {
    expect(modules.filter(({ path }) => partOf(path) === undefined).map(({ path }) => path)).toEqual([]);
  });

  test.each(parts)('$part imports only what its rank allows', ({ part, may }) => {
    const allowed = new Set([part, ...may]);
    const breaches = modules
      .filter(({ path }) => partOf(path) === part)
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ isRelative, target }) => isRelative && !allowed.has(partOf(target) ?? target))
          .map(({ target }) => `${path} imports ${target}`),
      );
    expect(breaches).toEqual([]);
  });

  test.each(parts.filter(({ node }) => node))('$part does no I/O of its own', ({ part, node }) => {
    const breaches = modules
      .filter(({ path }) => partOf(path) === part)
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ target }) => target.startsWith('node:') && !node?.includes(target))
          .map(({ target }) => `${path} imports ${target}`),
      );
    expect(breaches).toEqual([]);
  });

  test('ports are types only', () => {
    const values = modules.filter(
      ({ path, imports, valueExports }) =>
        partOf(path) === 'src/ports' &&
        (valueExports.length > 0 || imports.some(({ isTypeOnly }) => !isTypeOnly)),
    );
    expect(values.map(({ path, valueExports }) => ({ path, valueExports }))).toEqual([]);
  });

  test('the product imports no tests', () => {
    const strays = modules.flatMap(({ path, imports }) =>
      imports
        .filter(({ isRelative, target }) => isRelative && !/^(src|actors|relays)\//.test(target))
        .map(() => path),
    );
    expect(strays).toEqual([]);
  });

  test('a plugin imports what lies in its own folder, and its host', async () => {
    const plugins = await readModules('plugins');
    const strays = plugins.flatMap(({ path, imports }) => {
      const folder = path.split('/').slice(0, 2).join('/');
      return imports
        .filter(({ isRelative, specifier, target }) =>
          isRelative ? !target.startsWith(`${folder}/`) : !specifier.startsWith('signalbox:plugin/'),
        )
        .map(({ specifier }) => `${path} imports ${specifier}`);
    });
    expect(strays).toEqual([]);
  });
});

describe('every package has one home', () => {
  const outside = shipped.flatMap(({ path, imports }) =>
    imports
      .filter(({ isRelative, target }) => !isRelative && !target.startsWith('node:'))
      .map(({ target, isTypeOnly }) => ({ path, target, isTypeOnly })),
  );

  test('a package is imported at home only', () => {
    const strays = outside.filter(
      ({ path, target }) =>
        !homes[target]?.some((home) => home === path || home === partOf(path)) &&
        !target.startsWith('signalbox:'),
    );
    expect(strays.map(({ path, target }) => `${path} imports ${target}`)).toEqual([]);
  });

  test('what the product runs on is a production dependency', () => {
    // What the dashboard imports is in the files vite made of it.
    const needed = new Set(
      outside
        .filter(({ path, isTypeOnly }) => !isTypeOnly && partOf(path) !== 'src/dashboard')
        .map(({ target }) => target),
    );
    expect(
      [...needed].filter(
        (name) =>
          !(name in manifest.dependencies || name in manifest.peerDependencies) &&
          !name.startsWith('signalbox:'),
      ),
    ).toEqual([]);
  });

  test('builtins are named with their prefix', async () => {
    const all = [...modules, ...(await readModules('test'))];
    const builtins = new Set((await import('node:module')).builtinModules);
    const bare = all.flatMap(({ path, imports }) =>
      imports.filter(({ target }) => builtins.has(target) && !target.startsWith('node:')).map(() => path),
    );
    expect(bare).toEqual([]);
  });
});

test('the top level holds what the design names and nothing else', async () => {
  const made = ['dist', 'generated', 'node_modules'];
  const folders = (await readdir(repository, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !made.includes(entry.name))
    .map(({ name }) => name);
  expect(folders.sort()).toEqual(['actors', 'docs', 'plugins', 'relays', 'src', 'test', 'wit']);
});
