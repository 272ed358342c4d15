import { mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bestEffortWalk } from '../../src/capabilities/best-effort-walk.ts';
import { descriptorWalk } from '../../src/capabilities/descriptor-walk.ts';
import type { OpenedPath, PathWalk } from '../../src/capabilities/path-walk.ts';
import { platformWalk } from '../../src/capabilities/platform-walk.ts';
import { temporaryFolder } from './wired.ts';

async function tree(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, 'root/a/a'), { recursive: true });
  await mkdir(join(folder.path, 'outside'));
  await writeFile(join(folder.path, 'root/a/a/f'), 'inside');
  await writeFile(join(folder.path, 'outside/f'), 'outside');
  await symlink('../outside', join(folder.path, 'root/out'));
  await symlink('../outside/f', join(folder.path, 'root/f-link'));
  await symlink('a', join(folder.path, 'root/in'));
  await symlink('root', join(folder.path, 'alias'));
  return folder;
}

async function outcomeOf(walk: PathWalk, root: string, components: readonly string[]): Promise<string> {
  const opening = await walk.open(root, components);
  if (opening.outcome === 'refused') return `refused: ${opening.rule}`;
  if (opening.outcome === 'absent') return 'absent';
  await using opened = opening.opened;
  if (opened.stat.isSymbolicLink()) return 'a link';
  if (opened.stat.isDirectory()) return 'a directory';
  await using handle = await opened.openFile('read');
  return `a file: ${await handle.readFile('utf8')}`;
}

const walks: readonly PathWalk[] =
  process.platform === 'linux' ? [descriptorWalk, bestEffortWalk] : [bestEffortWalk];

describe.each(walks)('the $tier walk', (walk) => {
  test.each([
    ['root', [], 'a directory'],
    ['root', ['a'], 'a directory'],
    ['root', ['a', 'a'], 'a directory'],
    ['root', ['a', 'a', 'f'], 'a file: inside'],
    ['alias', ['a', 'a', 'f'], 'a file: inside'],
    ['root/a/a/f', [], 'a file: inside'],
    ['root', ['out'], 'a link'],
    ['root', ['f-link'], 'a link'],
    ['root', ['out', 'f'], 'refused: A symbolic link leads there'],
    ['root', ['in', 'a', 'f'], 'refused: A symbolic link leads there'],
    ['root', ['nothing'], 'absent'],
    ['root', ['nothing', 'f'], 'absent'],
    ['root', ['a', 'a', 'f', 'x'], 'absent'],
    ['nothing', ['a'], 'absent'],
  ])('finds below %s at %j %s', async (root, components, outcome) => {
    await using folder = await tree();
    expect(await outcomeOf(walk, join(folder.path, root), components)).toBe(outcome);
  });
});

describe.each(walks)('the $tier walk, for writing', (walk) => {
  test('opens a file as it is, and makes one where there is nothing', async () => {
    await using folder = await tree();
    const inA = join(folder.path, 'root/a/a');
    {
      await using file = await opened(walk, join(folder.path, 'alias'), ['a', 'a', 'f']);
      await using handle = await file.openFile('write');
      await handle.write('IN', 0);
      await using directory = await opened(walk, join(folder.path, 'alias'), ['a', 'a']);
      await using made = await directory.createFile('new');
      await made.write('made', 0);
      expect(await directory.realPath()).toBe(await realpath(inA));
    }
    expect(await readFile(join(inA, 'f'), 'utf8')).toBe('INside');
    expect(await readFile(join(inA, 'new'), 'utf8')).toBe('made');
  });

  test.each(['f-link', 'out', 'in', 'a'])('makes nothing in the place of %s', async (name) => {
    await using folder = await tree();
    await using root = await opened(walk, join(folder.path, 'root'), []);
    await expect(root.createFile(name)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(join(folder.path, 'outside/f'), 'utf8')).toBe('outside');
  });
});

async function opened(walk: PathWalk, root: string, components: readonly string[]): Promise<OpenedPath> {
  const opening = await walk.open(root, components);
  if (opening.outcome !== 'opened') throw new Error(`It is ${opening.outcome}`);
  return opening.opened;
}

test.runIf(process.platform === 'linux')('Linux gets the walk without a window', () => {
  expect(platformWalk()).toBe(descriptorWalk);
});
