import { describe, expect, test } from 'vitest';
import { cyclesOf } from './cycles.ts';
import { readModules } from './source-modules.ts';

const talkAtLines = 300;
const failAtLines = 400;

const product = await readModules('src', 'actors', 'relays');
const all = [...product, ...(await readModules('plugins', 'test'))].filter(
  ({ path }) => !path.startsWith('test/fixtures/'),
);

test('no module imports itself, by whatever way', () => {
  expect(cyclesOf(all)).toEqual([]);
});

test('files stay short', async ({ annotate }) => {
  const long = all.filter(({ lines }) => lines > talkAtLines);
  for (const { path, lines } of long) await annotate(`${path} has ${lines} lines: what is its second idea?`);
  expect(
    long.filter(({ lines }) => lines > failAtLines).map(({ path, lines }) => `${path}: ${lines}`),
  ).toEqual([]);
});

describe('one facade', () => {
  test('only src/index.ts passes on what others export', () => {
    const barrels = product.filter(
      ({ path, imports }) => path !== 'src/index.ts' && imports.some(({ isReExport }) => isReExport),
    );
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });

  test('no folder but src has an index', () => {
    expect(all.map(({ path }) => path).filter((path) => /(^|\/)index\.ts$/.test(path))).toEqual([
      'src/index.ts',
    ]);
  });

  test('no file is named after being shared', () => {
    const vague = /(^|\/)(utils?|helpers?|common|misc|shared|types|constants)(\/|\.ts$)/;
    expect(all.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });
});

test('no test sleeps or mocks a module of ours', () => {
  const tests = all.filter(({ path }) => path.endsWith('.test.ts') && !path.startsWith('test/architecture/'));
  const breaches = tests.filter(({ text }) =>
    /\bvi\.(mock|doMock)\(|timers\/promises|\bsetTimeout\(resolve\b/.test(text),
  );
  expect(breaches.map(({ path }) => path)).toEqual([]);
});

test('no import names a file without its extension', () => {
  const bare = all.flatMap(({ path, imports }) =>
    imports
      .filter(({ isRelative, specifier }) => isRelative && !/\.(tsx?|json|js|cjs|mjs|css)$/.test(specifier))
      .map(({ specifier }) => `${path}: ${specifier}`),
  );
  expect(bare).toEqual([]);
});
