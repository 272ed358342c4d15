import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-tutorial-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the code a person copies from a page', () => {
  test('the tutorial prints what it says', async () => {
    const page = await readFile(join(repository, 'docs/tutorial/embed.md'), 'utf8');
    const { output } = await writeBlocks(page);
    expect(await runHost()).toEqual(output);
  }, 60_000);

  test('the first example of the README prints what it says', async () => {
    const page = await readFile(join(repository, 'README.md'), 'utf8');
    const { output } = await writeBlocks(page);
    expect(await runHost()).toEqual(output);
  }, 60_000);
});

/** Writes each fenced block that names its file, in its first comment or after its language; gives the block of expected output. */
async function writeBlocks(page: string): Promise<{ readonly output: readonly string[] }> {
  let output: readonly string[] = [];
  for (const [, info = '', code = ''] of page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)) {
    const file = /file=(\S+)/.exec(info)?.[1] ?? /^(?:#|\/\/) (\S+\.(?:ts|toml))\b/.exec(code)?.[1];
    if (file) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), code);
    }
    if (info.startsWith('text') && !file && output.length === 0) output = code.trimEnd().split('\n');
  }
  return { output };
}

/** Runs `host.ts` in the folder, where `signalbox` means the sources of this repository. */
async function runHost(): Promise<readonly string[]> {
  await writeFile(
    join(folder, 'package.json'),
    '{"type": "module", "imports": {"#signalbox": "./signalbox/src/index.ts"}}',
  );
  await symlink(repository, join(folder, 'signalbox'));
  const host = join(folder, 'host.ts');
  await writeFile(host, (await readFile(host, 'utf8')).replace(`'signalbox'`, `'#signalbox'`));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['host.ts'], { cwd: folder });
  expect(stderr).toBe('');
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
}
