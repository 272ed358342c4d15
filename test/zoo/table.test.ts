import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { guests, zoo } from './guests.ts';
import { isForExtism, isForQuickJs } from './peers/run-peers.ts';

/** The ids in the first column of a page, below each heading. */
async function listed(page: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const text = await readFile(new URL(`../../docs/explanation/${page}`, import.meta.url), 'utf8');
  const sections = text.split(/^## /m).slice(1);
  return Object.fromEntries(
    sections.map((section) => [
      section.slice(0, section.indexOf('\n')),
      [...section.matchAll(/^\| ([a-z0-9-]+) \|/gm)].map(([, id = '']) => id).filter((id) => id !== 'guest'),
    ]),
  );
}

const groups = Object.fromEntries(
  Object.entries(zoo).map(([group, guests]) => [group, guests.map(({ id }) => id)]),
);

test('docs/explanation/zoo.md has a row for every guest; `node test/zoo/table.ts` writes it', async () => {
  const beside = guests.filter((guest) => isForExtism(guest) || isForQuickJs(guest));
  expect(await listed('zoo.md')).toEqual({ ...groups, 'Beside the peers': beside.map(({ id }) => id) });
});

test('so has docs/explanation/zoo-neighbours.md; `node test/zoo/neighbours-table.ts` writes it', async () => {
  expect(await listed('zoo-neighbours.md')).toEqual(groups);
});

test('no two guests have one name', () => {
  const ids = guests.map(({ id }) => id);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
});
