import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareReadable } from '../../../src/sandbox/entries.ts';
import { waysHere } from '../ways-here.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const host = fileURLToPath(new URL('../../fixtures/sandbox/translating-host.ts', import.meta.url));
const compilingMs = 240_000;
const translatingMs = 60_000;

/** Where package managers put the packages that translate, and what they link to where. */
interface Layout {
  readonly name: string;
  readonly signalbox: string;
  readonly translator: string;
  readonly shim: string;
  readonly links: Readonly<Record<string, string>>;
}

const scope = 'node_modules/@bytecodealliance';
const store = 'node_modules/.pnpm';
const stored = {
  signalbox: `${store}/signalbox@0.1.0/node_modules/signalbox`,
  translator: `${store}/@bytecodealliance+jco-transpile@0.15.0/${scope}/jco-transpile`,
  shim: `${store}/@bytecodealliance+preview2-shim@0.26.0/${scope}/preview2-shim`,
};

const layouts: readonly Layout[] = [
  {
    name: 'flat, as npm lays them',
    signalbox: 'node_modules/signalbox',
    translator: `${scope}/jco-transpile`,
    shim: `${scope}/preview2-shim`,
    links: {},
  },
  {
    name: 'behind a linked node_modules',
    signalbox: 'node_modules/signalbox',
    translator: `elsewhere/${scope}/jco-transpile`,
    shim: `elsewhere/${scope}/preview2-shim`,
    links: { 'node_modules/signalbox/node_modules': 'elsewhere/node_modules' },
  },
  {
    name: 'linked one by one, as pnpm lays them',
    ...stored,
    links: {
      'node_modules/signalbox': stored.signalbox,
      [`${store}/signalbox@0.1.0/${scope}/jco-transpile`]: stored.translator,
      [`${store}/@bytecodealliance+jco-transpile@0.15.0/${scope}/preview2-shim`]: stored.shim,
    },
  },
];

const component = `(component
  (core module $m (func (export "answer") (result i32) (i32.const 42)))
  (core instance $i (instantiate $m))
  (func (export "answer") (result u32) (canon lift (core func $i "answer"))))`;

describe('a component is translated where packages lie', () => {
  let folder: string;
  const componentFile = (): string => join(folder, 'answer.wasm');

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-layouts-')));
    const compiled = join(folder, 'compiled');
    const tsc = join(repository, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, '-p', 'src/build', '--outDir', compiled], { cwd: repository });
    const packages = await realpath(join(repository, scope));
    for (const { name, signalbox, translator, shim, links } of layouts) {
      const at = (path: string): string => join(folder, name, path);
      await cp(compiled, at(`${signalbox}/dist`), { recursive: true });
      await cp(
        join(repository, 'generated/script-host.wasm'),
        at(`${signalbox}/dist/generated/script-host.wasm`),
      );
      await cp(join(repository, 'package.json'), at(`${signalbox}/package.json`));
      await cp(join(packages, 'jco-transpile'), at(translator), { recursive: true });
      await cp(join(packages, 'preview2-shim'), at(shim), { recursive: true });
      for (const [link, target] of Object.entries(links)) {
        await mkdir(dirname(at(link)), { recursive: true });
        await symlink(relative(dirname(at(link)), at(target)), at(link));
      }
    }
    await writeFile(componentFile(), await parse(component));
  }, compilingMs);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const cases = waysHere(prepareReadable()).flatMap((way) => layouts.map((layout) => ({ ...layout, way })));

  test.each(cases)(
    '$name, confined by $way, by a child that may read nothing else',
    async ({ name, way, signalbox, translator, shim }) => {
      const sources = join(folder, name, 'node_modules/signalbox/dist/src');
      const { stdout } = await promisify(execFile)(process.execPath, [host, sources, way, componentFile()]);

      const at = (path: string): string => join(folder, name, path);
      const own = (path: string): string => at(`${signalbox}/${path}`);
      expect(JSON.parse(stdout)).toEqual({
        exports: [{ name: 'answer', function: 'answer' }],
        readable: {
          folders: [
            ...['sandbox/prepare', 'sandbox/protocol', 'sandbox/metering', 'core'].map((path) =>
              own(`dist/src/${path}`),
            ),
            ...[at(translator), at(shim)],
          ],
          files: [
            'dist/src/sandbox/entries.js',
            'dist/generated/script-host.wasm',
            'dist/src/sandbox/program.js',
            'package.json',
          ].map(own),
        },
      });
    },
    translatingMs,
  );
});
