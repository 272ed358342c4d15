import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageLink } from '../../src/cli/page-link.ts';
import { openTokens } from '../../src/tokens.ts';

const admin = { address: 'http://127.0.0.1:7411' };

test('the link lets in for a week, with a token in the fragment, and its tokens do not pile up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sbx-link-'));
  const tokens = openTokens(folder);
  await tokens.create({ name: 'of somebody', scopes: ['read'] });
  const links: string[] = [];
  for (let start = 0; start < 10; start += 1) links.push(await pageLink(admin, folder));
  const [, token = ''] =
    /^http:\/\/127\.0\.0\.1:7411\/#token=(sbx_[\w-]{43})$/.exec(links.at(-1) ?? '') ?? [];
  const { expiresAt = 0, scopes } = (await tokens.verify(token)) ?? {};
  expect([scopes, Math.round((expiresAt - Date.now()) / 86_400_000)]).toEqual([['admin'], 7]);
  const names = (await tokens.list()).map(({ name }) => name);
  expect([names.length, names.filter((name) => name === 'of somebody').length]).toEqual([9, 1]);
  await rm(folder, { recursive: true });
});
