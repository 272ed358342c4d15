import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { zoo } from './guests.ts';
import { isForExtism, isForQuickJs } from './peers/run-peers.ts';

const page = await readFile(new URL('../../docs/explanation/zoo.md', import.meta.url), 'utf8');

/** The ids in the first column, below each heading. */
const listed = Object.fromEntries(
  page
    .split(/^## /m)
    .slice(1)
    .map((section): [string, readonly string[]] => [
      section.slice(0, section.indexOf('\n')),
      [...section.matchAll(/^\| ([a-z0-9-]+) \|/gm)].map(([, id = '']) => id).filter((id) => id !== 'guest'),
    ]),
);

test('docs/explanation/zoo.md has a row for every guest; `node test/zoo/table.ts` writes it', () => {
  const all = Object.values(zoo).flat();
  expect(listed).toEqual({
    ...Object.fromEntries(Object.entries(zoo).map(([group, guests]) => [group, guests.map(({ id }) => id)])),
    'Beside the peers': all.filter((guest) => isForExtism(guest) || isForQuickJs(guest)).map(({ id }) => id),
  });
});

test('no two guests have one name', () => {
  const ids = Object.values(zoo).flatMap((guests) => guests.map(({ id }) => id));
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
});
