import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { bundleScript, type ScriptBundle } from '../../src/packages/bundle-script.ts';
import { holdScriptCompiler } from '../../src/packages/script-compiler.ts';

const compiler = holdScriptCompiler();
afterAll(() => compiler[Symbol.asyncDispose]());

let outside: string;
let folder: string;

beforeEach(async () => {
  outside = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-bundle-')));
  folder = join(outside, 'plugin');
  await mkdir(folder);
});
afterEach(() => rm(outside, { recursive: true, force: true }));

type Files = Readonly<Record<string, string>>;

async function write(files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function bundle(files: Files): Promise<ScriptBundle> {
  await write(files);
  return bundleScript(join(folder, 'main.ts'), folder);
}

async function refusal(files: Files): Promise<SignalboxError> {
  const outcome = await bundle(files).catch((error: unknown) => error);
  if (outcome instanceof SignalboxError) return outcome;
  throw new Error('The script was not refused', { cause: outcome });
}

/** Evaluates a bundle as the script host does. */
function exportsOf({ source }: ScriptBundle, host: object = {}): Record<string, unknown> {
  const key = Symbol.for('signalbox');
  Object.defineProperty(globalThis, key, { value: host, configurable: true });
  try {
    // biome-ignore lint/security/noGlobalEval: this is what the form of a bundle promises to work with.
    return globalThis.eval(source);
  } finally {
    Reflect.deleteProperty(globalThis, key);
  }
}

describe('a bundled script', () => {
  test('evaluates to its exports: functions, objects, and what modules below it gave', async () => {
    const bundled = await bundle({
      'main.ts': `
        import { double } from './lib/double.ts';
        import settings from './settings.json' with { type: 'json' };
        export function answer(): number { return double(settings.half); }
        export const lifecycle = { init: () => 'ready' };
        export default 1;
      `,
      'lib/double.ts': 'export const double = (n: number): number => n * 2;',
      'settings.json': '{ "half": 21 }',
    });
    const { answer, lifecycle } = exportsOf(bundled) as {
      answer: () => number;
      lifecycle: { init: () => string };
    };
    expect([answer(), lifecycle.init()]).toEqual([42, 'ready']);
    expect(bundled.files).toEqual(
      ['lib/double.ts', 'main.ts', 'settings.json'].map((path) => join(folder, path)),
    );
  });

  test('reads host functions from where the script host puts them', async () => {
    const bundled = await bundle({
      'main.ts': `
        import { log } from 'signalbox:plugin/log';
        import * as filesystem from 'signalbox:plugin/filesystem@0.1.0';
        export const say = () => log('info', 'hi', []);
        export const list = () => filesystem.listDir('waves');
      `,
    });
    const host = {
      'signalbox:plugin/log': Object.assign(Object.create(null), { log: (...args: unknown[]) => args }),
      'signalbox:plugin/filesystem': Object.assign(Object.create(null), { listDir: (path: string) => path }),
    };
    const { say, list } = exportsOf(bundled, host) as { say: () => unknown; list: () => unknown };
    expect([say(), list()]).toEqual([['info', 'hi', []], 'waves']);
  });

  test('names the interfaces whose values it uses, and no others', async () => {
    const { imports } = await bundle({
      'main.ts': `
        import type { Level } from 'signalbox:plugin/log';
        import { publish } from 'signalbox:plugin/relay';
        import { subscribe } from 'signalbox:plugin/watch';
        import { unused } from './unused.js';
        export const watch = (level: Level) => subscribe([level], 50);
      `,
      'unused.js': `import { get } from 'signalbox:plugin/config'; export const unused = () => get();`,
    });
    expect(imports).toEqual(['signalbox:plugin/watch']);
  });

  test('is the same text whatever the comments, the white space, and the place of the folder', async () => {
    const plain = await bundle({ 'main.ts': 'export const sum = (a: number, b: number) => a + b;' });
    const commented = await bundle({
      'main.ts': `
        /** Adds. */
        export const sum = (a: number /* one */, b: number) =>
          // and
          /* the other */ a + b;
      `,
    });
    expect(commented.source).toBe(plain.source);
    const elsewhere = join(outside, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'main.ts'), 'export const sum = (a, b) => a + b;');
    expect((await bundleScript(join(elsewhere, 'main.ts'), elsewhere)).source).toBe(plain.source);
  });

  test('is strict code that sees no tsconfig around it', async () => {
    await writeFile(
      join(outside, 'tsconfig.json'),
      '{ "compilerOptions": { "paths": { "x": ["./secret.ts"] } } }',
    );
    await writeFile(join(outside, 'secret.ts'), 'export const x = 1;');
    const { isStrict } = exportsOf(
      await bundle({ 'main.ts': 'export function isStrict() { return this === undefined; }' }),
    ) as { isStrict: () => boolean };
    expect(isStrict()).toBe(true);
    expect((await refusal({ 'main.ts': `export { x } from 'x';` })).code).toBe('SCRIPT_INVALID');
  });

  test('may use a package in a node_modules inside its folder', async () => {
    const bundled = await bundle({
      'main.ts': `import { three } from 'three'; export const value = () => three;`,
      'node_modules/three/package.json': '{ "name": "three", "type": "module", "exports": "./three.js" }',
      'node_modules/three/three.js': 'export const three = 3;',
    });
    const { value } = exportsOf(bundled) as { value: () => number };
    expect(value()).toBe(3);
  });
});

describe('a script is refused', () => {
  test.each([
    ['a package that is not there', 'lodash', 'Could not resolve "lodash"'],
    ['a file that is not there', './nowhere.ts', 'Could not resolve "./nowhere.ts"'],
    ['a module of Node', 'node:fs', '"node:fs" is nothing a script may import'],
    ['a folder of Node', 'node:fs/promises', '"node:fs/promises" is nothing a script may import'],
    ['code in a short URL', 'data:text/javascript', '"data:text/javascript" is nothing a script may import'],
    ['WASI', 'wasi:cli/environment', '"wasi:cli/environment" is nothing a script may import'],
    ['a package of npm', 'npm:left/pad', '"npm:left/pad" is nothing a script may import'],
    ['a module of Node by its short name', 'fs', 'Could not resolve "fs"'],
    ['a URL', 'https://example.com/x.js', '"https://example.com/x.js" is nothing a script may import'],
    ['code in a URL', 'data:text/javascript,0', '"data:text/javascript,0" is nothing a script may import'],
    ['an absolute path', '/etc/hosts.js', '"/etc/hosts.js" is nothing a script may import'],
    ['a file above its folder', '../secret.ts', '"OUTSIDE/secret.ts" lies outside the plugin\'s folder'],
    [
      'a package above its folder',
      'neighbour',
      '"OUTSIDE/node_modules/neighbour/index.js" lies outside the plugin\'s folder',
    ],
    [
      'what is no code',
      './style.css',
      '"style.css" is no code: it ends in none of .ts, .mts, .js, .mjs, .cts, .cjs, .json',
    ],
    [
      'another version of the host',
      'signalbox:plugin/log@0.2.0',
      '"signalbox:plugin/log@0.2.0" is not what this host offers, version 0.1.0',
    ],
    ['an unknown host', 'signalbox:other/log', '"signalbox:other/log" is nothing a script may import'],
  ])('when it imports %s', async (_what, specifier, reason) => {
    await mkdir(join(outside, 'node_modules/neighbour'), { recursive: true });
    await writeFile(join(outside, 'node_modules/neighbour/index.js'), 'export default 1;');
    await writeFile(join(outside, 'secret.ts'), 'export default 1;');
    const error = await refusal({
      'main.ts': `// first\n  import x from '${specifier}';\nexport default x;\n`,
      'style.css': 'a {}',
    });
    expect(error.toRecord()).toEqual({
      code: 'SCRIPT_INVALID',
      blame: 'plugin',
      message: `Cannot bundle script "main.ts": ${reason.replace('OUTSIDE', outside)}`,
      hint: expect.stringContaining('files of their folder'),
      location: {
        file: join(folder, 'main.ts'),
        line: 2,
        column: 17,
        frame: expect.stringMatching(/> 2 \| {3}import x from .*\n {4}\| {17}\^/),
      },
    });
  });

  test('when it reaches a file outside through a link', async () => {
    await writeFile(join(outside, 'secret.json'), '{ "token": "s3cret" }');
    await symlink(join(outside, 'secret.json'), join(folder, 'innocent.json'));
    const error = await refusal({ 'main.ts': `import x from './innocent.json'; export default x;` });
    expect(error.toRecord()).toMatchObject({
      message: `Cannot bundle script "main.ts": "${join(outside, 'secret.json')}" lies outside the plugin's folder`,
      location: { line: 1, column: 15 },
    });
  });

  test('when it does not parse, at the character counted as an editor counts', async () => {
    const error = await refusal({
      'main.ts': `import './lib/broken.ts';`,
      'lib/broken.ts': `const ok = 1;\nconst wörter = 'ä' 'b';\n`,
    });
    expect(error.toRecord()).toMatchObject({
      code: 'SCRIPT_INVALID',
      message: `Cannot bundle script "main.ts": Expected ";" but found "'b'" (in "lib/broken.ts")`,
      location: { file: join(folder, 'lib/broken.ts'), line: 2, column: 20 },
    });
  });

  test('when it awaits at its top level', async () => {
    const error = await refusal({ 'main.ts': 'export const x = await 1;' });
    expect(error.toRecord()).toMatchObject({ code: 'SCRIPT_INVALID', location: { line: 1, column: 18 } });
  });
});
