import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bestEffortWalk } from '../../src/capabilities/best-effort-walk.ts';
import { descriptorWalk } from '../../src/capabilities/descriptor-walk.ts';
import type { PathWalk } from '../../src/capabilities/path-walk.ts';
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

test.runIf(process.platform === 'linux')('Linux gets the walk without a window', () => {
  expect(platformWalk()).toBe(descriptorWalk);
});
