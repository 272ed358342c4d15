import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { referencePages } from '../../src/build/docs/reference-pages.ts';
import { errorCatalogue } from '../../src/core/error-catalogue.ts';
import { readModules, repository } from './source-modules.ts';

const read = (path: string) => readFile(join(repository, path), 'utf8');

test.each(Object.entries(referencePages))('%s says what the code says', async (path, page) => {
  expect(await read(path), 'Run "npm run docs"').toBe(page());
});

test('every error code is thrown or told by somebody', async () => {
  const modules = await readModules('src', 'actors', 'relays');
  const text = modules
    .filter(({ path }) => path !== 'src/core/error-catalogue.ts')
    .map((module) => module.text);
  const unused = Object.keys(errorCatalogue).filter(
    (code) => !text.some((source) => source.includes(`'${code}'`)),
  );
  expect(unused).toEqual([]);
});

describe('links', async () => {
  const pages = [
    'README.md',
    ...(await readdir(join(repository, 'docs'), { recursive: true })).map((path) => `docs/${path}`),
  ];

  test.each(pages.filter((path) => path.endsWith('.md')))(
    'every link of %s leads somewhere',
    async (path) => {
      expect((await linksOf(path)).filter(({ leadsTo }) => !leadsTo).map(({ link }) => link)).toEqual([]);
    },
  );
});

/** Links into the repository; those to the web are not ours to promise. */
async function linksOf(path: string): Promise<readonly { link: string; leadsTo: boolean }[]> {
  const text = await read(path);
  const links = [...text.replaceAll(/```.*?```/gs, '').matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, link = '']) => link,
  );
  return Promise.all(
    links
      .filter((link) => !/^[a-z]+:/.test(link))
      .map(async (link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        const leadsTo =
          existsSync(join(repository, target)) && (!anchor || (await anchorsOf(target)).includes(anchor));
        return { link, leadsTo };
      }),
  );
}

async function anchorsOf(path: string): Promise<readonly string[]> {
  const headings = (await read(path)).matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
