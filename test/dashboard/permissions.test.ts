import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { describeDashboard, patience } from '../support/dashboard-suite.ts';

describeDashboard('permissions on the page', ({ app, open }) => {
  beforeEach(async () => {
    const { runtime } = app();
    await runtime.permissions.revoke('test.wanting', 'all');
    expect(runtime.plugins.get('test.wanting')).toMatchObject({ state: 'Error', phase: 'pendingApproval' });
  });

  const grant = async (page: Page, permission: string, term: string): Promise<void> => {
    await page.getByRole('button', { name: `Grant ${permission}` }).click();
    await page.getByLabel('How long').selectOption({ label: term });
    await page.getByRole('button', { name: 'Grant this' }).click();
  };

  test('a plugin that waits leads to them; granted, it is written down, the plugin runs, and a toast says so', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/test.wanting');
    await page.getByRole('link', { name: 'Decide on its permissions' }).click();
    await page.getByText('Counts your files', { exact: true }).waitFor();
    await page.locator('.want-missing', { hasText: 'fs:list:waves' }).waitFor();
    await grant(page, 'fs:list:waves', 'For good');
    await page.getByText('Granted fs:list:waves; test.wanting is Ready').waitFor();
    await page.locator('.badge', { hasText: 'Ready' }).waitFor();
    await page.locator('.want-granted', { hasText: 'fs:list:waves' }).waitFor();
    expect(await app().readConfig()).toContain('permissions = ["fs:list:waves"]');
    expect(dashboard.complaints).toEqual([]);
  });

  test('what is taken away is gone from the file, and the plugin waits again', async () => {
    await app().runtime.permissions.grant('test.wanting', ['fs:list:waves']);
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/test.wanting/permissions');
    await page.getByRole('button', { name: 'Revoke fs:list:waves' }).click();
    await page.getByText('Revoked fs:list:waves; test.wanting is Error, pendingApproval').waitFor();
    await page.locator('.want-missing', { hasText: 'fs:list:waves' }).waitFor();
    await page.getByText('Nothing. It can compute and be called, and touch nothing.').waitFor();
    expect(await app().readConfig()).not.toContain('permissions = ["fs:list:waves"]');
    expect(dashboard.complaints).toEqual([]);
  });

  test('a lease says when it ends and how much of it is used', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/test.wanting/permissions');
    await grant(page, 'fs:list:waves', 'For 100 uses');
    await page.getByText('Granted fs:list:waves; test.wanting is Ready').waitFor();
    await page.getByText('Lent, 1 of 100 uses made').waitFor();
    expect(await app().readConfig()).toMatch(/leases = \[\{ permission = "fs:list:waves", .*calls = 100/);
    // The first thing it does when it runs is to list them.
    await app().runtime.plugins.reload('test.wanting');
    await page.getByText('Lent, 2 of 100 uses made').waitFor();
    await page.getByRole('button', { name: 'Revoke fs:list:waves' }).click();
    await page.locator('.want-missing').waitFor();
    await grant(page, 'fs:list:waves', 'For an hour');
    await page.getByText(/^Lent, until /).waitFor();
    expect(await app().readConfig()).toMatch(/leases = \[\{ permission = "fs:list:waves", .*expires = /);
    expect(dashboard.complaints).toEqual([]);
  });

  test('what is no permission is refused, and the form keeps it to be mended', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await app().runtime.permissions.revoke('waves.scanner', ['relay:publish:discovery']);
    await dashboard.go('/plugins/waves.scanner/permissions');
    await page.getByRole('button', { name: 'Grant relay:publish:discovery' }).click();
    await page.getByLabel('Permission').fill('no such thing');
    await page.getByRole('button', { name: 'Grant this' }).click();
    await page.locator('.toast-bad').waitFor();
    expect(await app().readConfig()).not.toContain('no such thing');
    await page.getByRole('button', { name: 'Grant relay:publish:discovery' }).click();
    await page
      .getByLabel('Permission')
      .and(page.locator('[value="no such thing"]'))
      .fill('relay:publish:discovery');
    await page.getByRole('button', { name: 'Grant this' }).click();
    await page.getByText('Granted relay:publish:discovery; waves.scanner is Ready').waitFor();
  });

  test('a version that asks for more waits until it is approved on the page, the older serving meanwhile', async () => {
    const { runtime, folder } = app();
    await runtime.permissions.grant('test.wanting', ['fs:list:waves', 'random']);
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/test.wanting/permissions');
    const manifest = join(folder, 'wanting/plugin.toml');
    const before = await readFile(manifest, 'utf8');
    const more = '\n[[permissions]]\nwant = "random"\nreason = "for luck"\n';
    await writeFile(manifest, `${before.replace('1.0.0', '2.0.0')}${more}`);
    await page.getByText('This version asks for more than was approved before').waitFor();
    await page.locator('.badge', { hasText: 'degraded' }).waitFor();
    await page.getByText('for luck', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved; test.wanting is Ready').waitFor();
    await page.getByText('Version 2.0.0').waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Approve' }).count(), patience).toBe(0);
    expect(await app().readConfig()).toMatch(/approved = "[0-9a-f]{16}"/);
    expect(dashboard.complaints).toEqual([]);
  });
});
