import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { editConfig, pluginIdOf } from '../../src/cli/edit-config.ts';

const before = '[[plugins.entries]]\nid = "a"\nartifact_path = "a.ts"\n';
const id = pluginIdOf('a');

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbx-edit-'));
  file = join(folder, 'app.toml');
  await writeFile(file, before);
});
afterEach(() => rm(folder, { recursive: true }));

test('a grant and an approval are one save: when one of them cannot be, the file stays', async () => {
  const edits = [
    { change: 'grant', id, permissions: ['log'] },
    { change: 'approve', id, wants: '0123456789abcdef' },
  ] as const;
  const refused = [...edits, { change: 'grant', id, permissions: ['fs:fly'] }] as const;
  await expect(editConfig(file, { change: 'several', edits: refused })).rejects.toMatchObject({
    code: 'PERMISSION_INVALID',
  });
  expect(await readFile(file, 'utf8')).toBe(before);
  expect(await editConfig(file, { change: 'several', edits })).toEqual({
    file,
    line: 3,
    text: 'approved = "0123456789abcdef"',
  });
  expect(await readFile(file, 'utf8')).toBe(
    before.replace('artifact_path = "a.ts"', 'approved = "0123456789abcdef"\n$&\npermissions = ["log"]'),
  );
});

test('nothing to change leaves nothing to tell', async () => {
  expect(await editConfig(file, { change: 'several', edits: [] })).toEqual({ file });
});
