import { hash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ErrorRecord, SignalboxError } from '../../src/core/errors.ts';
import { createArtifacts } from '../../src/packages/open-artifact.ts';
import type { Artifact } from '../../src/ports/artifacts.ts';

const artifacts = createArtifacts();
afterAll(() => artifacts[Symbol.asyncDispose]());

const { signal } = new AbortController();
const wasm = Buffer.from('\0asm\x0d\0\x01\0', 'latin1');
const scriptManifest = 'id = "test.script"\nversion = "1.0.0"\nkind = "script"\nentry = "main.ts"\n';
const componentManifest =
  'id = "test.component"\nversion = "1.0.0"\nkind = "component"\nentry = "dist/main.wasm"\n';

let base: string;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-artifact-')));
});
afterEach(() => rm(base, { recursive: true, force: true }));

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(base, path)), { recursive: true });
  await writeFile(join(base, path), content);
}

function open(path: string): Promise<Artifact> {
  return artifacts.open(path, base, signal);
}

async function problem(path: string): Promise<ErrorRecord> {
  const outcome = await open(path).catch((error: unknown) => error);
  if (outcome instanceof SignalboxError) return outcome.toRecord();
  throw new Error('The artifact was opened', { cause: outcome });
}

test('opening a component takes no memory in proportion to its size, however often', async () => {
  const bytes = 8 * 1024 * 1024;
  await write('large.wasm', Buffer.concat([wasm, Buffer.alloc(bytes)]));
  await open('large.wasm');
  const before = process.memoryUsage().arrayBuffers;
  for (let opening = 0; opening < 10; opening++) await open('large.wasm');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(bytes / 2);
});

describe('a plugin folder', () => {
  test('gives the manifest, the bundled script, and every path to watch', async () => {
    await write('p/plugin.toml', scriptManifest);
    await write(
      'p/main.ts',
      `import { log } from 'signalbox:plugin/log'; import './more.js'; export const f = () => log('info', '', []);`,
    );
    await write('p/more.js', 'globalThis.more = 1;');
    const artifact = await open('p');
    expect(artifact).toEqual({
      manifest: { id: 'test.script', version: '1.0.0', kind: 'script', entry: 'main.ts' },
      isDeclared: true,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      code: {
        kind: 'script',
        name: 'main.ts',
        source: expect.stringContaining('globalThis.more=1'),
        imports: ['signalbox:plugin/log'],
      },
      watchPaths: [join(base, 'p/main.ts'), join(base, 'p/more.js'), join(base, 'p/plugin.toml')],
    });
  });

  test('gives a component with the digest of its bytes', async () => {
    await write('p/plugin.toml', componentManifest);
    await write('p/dist/main.wasm', wasm);
    const { code, watchPaths } = await open(join(base, 'p'));
    expect(code).toEqual({
      kind: 'component',
      file: join(base, 'p/dist/main.wasm'),
      fileDigest: hash('sha256', wasm, 'hex'),
    });
    expect(watchPaths).toEqual([join(base, 'p/dist/main.wasm'), join(base, 'p/plugin.toml')]);
  });
});

describe('the digest', () => {
  const digestAfter = async (path: string, content: string | Uint8Array): Promise<string> => {
    await write(path, content);
    return (await open('p')).digest;
  };

  test('stays when only comments and white space change, in the manifest or in the script', async () => {
    await write('p/plugin.toml', scriptManifest);
    const first = await digestAfter('p/main.ts', 'export const f = () => 1;');
    expect(await digestAfter('p/main.ts', '// one\nexport const f = ()   => /* two */ 1;\n')).toBe(first);
    expect(
      await digestAfter('p/plugin.toml', `# a script\n\n${scriptManifest.split('\n').reverse().join('\n')}`),
    ).toBe(first);
  });

  test('changes with the manifest, and with what the code does', async () => {
    await write('p/plugin.toml', scriptManifest);
    const digests = [
      await digestAfter('p/main.ts', 'export const f = () => 1;'),
      await digestAfter('p/main.ts', 'export const f = () => 2;'),
      await digestAfter('p/plugin.toml', `${scriptManifest}tick_ms = 100\n`),
    ];
    expect(new Set(digests).size).toBe(3);
  });
});

describe('a bare file', () => {
  test.each([
    ['greet.ts', 'export const greet = (name: string) => name;', 'script'],
    ['greet.js', 'export const greet = (name) => name;', 'script'],
    ['greet.wasm', wasm, 'component'],
    ['greet.wasmc', wasm, 'component'],
    ['greet', wasm, 'component'],
  ])('%s needs no manifest', async (path, content, kind) => {
    await write(path, content);
    const { manifest, isDeclared, watchPaths } = await open(path);
    expect({ manifest, isDeclared, watchPaths }).toEqual({
      manifest: { id: 'undeclared', version: '0.0.0', kind, entry: path },
      isDeclared: false,
      watchPaths: [join(base, path)],
    });
  });

  test('that the config names by a link is watched at both places', async () => {
    await write('versions/2.ts', 'export const f = () => 2;');
    await symlink(join(base, 'versions/2.ts'), join(base, 'current.ts'));
    expect((await open('current.ts')).watchPaths).toEqual([
      join(base, 'current.ts'),
      join(base, 'versions/2.ts'),
    ]);
  });
});

describe('an artifact is refused', () => {
  test('when nothing is there, and says what is', async () => {
    await write('plugins/hello/plugin.toml', scriptManifest);
    await write('plugins/wave.ts', '');
    expect(await problem('plugins/helo/main/x.ts')).toEqual({
      code: 'ARTIFACT_MISSING',
      blame: 'user',
      message: `There is no artifact at "${join(base, 'plugins/helo/main/x.ts')}"`,
      hint: `In "${join(base, 'plugins')}" there are "hello", "wave.ts"`,
    });
  });

  test('when the folder has no manifest', async () => {
    await write('p/main.ts', '');
    expect(await problem('p')).toEqual({
      code: 'ARTIFACT_INVALID',
      blame: 'plugin',
      message: `Folder "${join(base, 'p')}" is no plugin: it has no plugin.toml`,
      hint: 'Write a plugin.toml into it, or name a .wasm, .ts or .js file',
    });
  });

  test('when its entry is missing', async () => {
    await write('p/plugin.toml', componentManifest);
    expect(await problem('p')).toEqual({
      code: 'ARTIFACT_MISSING',
      blame: 'user',
      message: `There is no artifact at "${join(base, 'p/dist/main.wasm')}"`,
      hint: `It is the entry of "${join(base, 'p/plugin.toml')}": build it, or correct the entry`,
    });
  });

  test('when its entry leads out of its folder, by name or by a link', async () => {
    await write('secret.ts', 'export const token = 1;');
    await write('p/plugin.toml', scriptManifest.replace('main.ts', '../secret.ts'));
    expect(await problem('p')).toMatchObject({ code: 'MANIFEST_INVALID' });
    await write('p/plugin.toml', scriptManifest);
    await symlink(join(base, 'secret.ts'), join(base, 'p/main.ts'));
    expect(await problem('p')).toMatchObject({
      code: 'ARTIFACT_INVALID',
      message: `"main.ts" of the plugin in "${join(base, 'p')}" is a link that leads out of that folder`,
    });
  });

  test.each([
    [
      scriptManifest,
      'main.ts',
      wasm,
      'Plugin "test.script" is of kind "script", but its entry "main.ts" is a component',
    ],
    [
      componentManifest.replace('dist/main.wasm', 'main.ts'),
      'main.ts',
      'export {};',
      'Plugin "test.component" is of kind "component", but its entry "main.ts" is a script',
    ],
    [
      componentManifest,
      'dist/main.wasm',
      'hello',
      'Plugin "test.component" is of kind "component", but its entry "dist/main.wasm" is neither script nor WebAssembly',
    ],
  ])('when its kind and its code disagree', async (manifest, entry, content, message) => {
    await write('p/plugin.toml', manifest);
    await write(`p/${entry}`, content);
    expect(await problem('p')).toMatchObject({ code: 'ARTIFACT_INVALID', message });
  });

  test('when a bare file is neither script nor WebAssembly', async () => {
    await write('notes.txt', 'hello');
    expect(await problem('notes.txt')).toMatchObject({
      code: 'ARTIFACT_INVALID',
      message: `"${join(base, 'notes.txt')}" is no plugin: neither a script by its ending nor WebAssembly by its content`,
    });
  });

  test('when it is larger than what is read at all', async () => {
    await write('large.wasm', wasm);
    await truncate(join(base, 'large.wasm'), 64 * 1024 * 1024 + 1);
    expect(await problem('large.wasm')).toMatchObject({
      code: 'ARTIFACT_TOO_LARGE',
      message: `Artifact "${join(base, 'large.wasm')}" has 67108865 bytes, 67108864 are allowed`,
    });
  });

  test('when the system does not let it be read', async () => {
    await symlink(join(base, 'loop.ts'), join(base, 'loop.ts'));
    expect(await problem('loop.ts')).toMatchObject({
      code: 'ARTIFACT_INVALID',
      message: `Artifact "${join(base, 'loop.ts')}" cannot be read: ELOOP`,
    });
  });

  test('when it is no regular file', async () => {
    expect(await problem('/dev/null')).toMatchObject({
      code: 'ARTIFACT_INVALID',
      message: '"/dev/null" is not a regular file',
    });
  });
});

test('opening stops when the caller gives up', async () => {
  await write('main.ts', 'export const f = () => 1;');
  const controller = new AbortController();
  const opening = artifacts.open('main.ts', base, controller.signal);
  controller.abort(new Error('enough'));
  await expect(opening).rejects.toThrow('enough');
});

test('disposing one leaves the compiler to others, and waits for what is being opened', async () => {
  await write('main.ts', 'export const f = () => 1;');
  const other = createArtifacts();
  const opening = other.open('main.ts', base, signal);
  await other[Symbol.asyncDispose]();
  expect((await opening).isDeclared).toBe(false);
  expect((await open('main.ts')).code.kind).toBe('script');
});

test('a script opens once it is mended', async () => {
  await write('main.ts', 'export const f = ;');
  expect(await problem('main.ts')).toMatchObject({
    code: 'SCRIPT_INVALID',
    location: { line: 1, column: 18 },
  });
  await write('main.ts', (await readFile(join(base, 'main.ts'), 'utf8')).replace('= ;', '= 1;'));
  expect((await open('main.ts')).code.kind).toBe('script');
});
