import { expect, test } from 'vitest';
import { describeDashboard, patience, rowOf as row } from '../support/dashboard-suite.ts';

describeDashboard('the dashboard in a browser', ({ app, browser, open }) => {
  test('takes the token out of the address, and keeps it in the tab', async () => {
    await using dashboard = await open();
    expect(dashboard.page.url()).toBe(`${app().admin.address}/#/`);
    await dashboard.page.reload();
    await dashboard.page.locator(row('waves.scanner')).waitFor();
    expect(await dashboard.page.context().cookies()).toEqual([]);
  });

  test('asks for a token, and says when it does not count', async () => {
    const context = await browser().newContext();
    const page = await context.newPage();
    await page.goto(app().admin.address);
    await page.getByLabel('Token').fill(`sbx_${'a'.repeat(43)}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'The token is not known' }).waitFor();
    await context.close();
  });

  test('shows every plugin with its state', async () => {
    await using dashboard = await open();
    for (const id of ['waves.hello_world', 'waves.scanner', 'waves.auto_reload', 'waves.heartbeat']) {
      await dashboard.page.locator(row(id)).getByText('Ready', { exact: true }).waitFor();
    }
    await dashboard.page.locator(row('test.wanting')).getByText('pendingApproval').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('filters by text and by state, and moves by keyboard', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await page.locator(row('waves.scanner')).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('heart');
    await expect
      .poll(() => page.locator('.plugin-name').allTextContents(), patience)
      .toEqual(['waves.heartbeat']);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: /^Ready \d/ }).click();
    await expect.poll(() => page.locator('.plugin-name').count(), patience).toBe(4);
    await page.locator('.plugin-name').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'waves.scanner' }).waitFor();
  });

  test('a switch writes the config file, and a toast comes with the status', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    const entry = (text: string) => text.slice(text.indexOf('waves.heartbeat'));
    await page.getByRole('switch', { name: 'waves.heartbeat enabled' }).click();
    await page.getByText('waves.heartbeat is Disabled').waitFor();
    expect(entry(await app().readConfig())).toContain('enabled = false');
    await page.getByRole('switch', { name: 'waves.heartbeat enabled' }).click();
    await page.getByText('waves.heartbeat is Ready').waitFor();
    expect(entry(await app().readConfig())).toContain('enabled = true');
    expect(dashboard.complaints).toEqual([]);
  });

  test('draws the statechart of a plugin, all of it, and where it is', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/waves.hello_world');
    await page.locator('[data-state="plugin.Ready"][data-active="true"]').waitFor();
    expect(await page.locator('.state-node').count()).toBeGreaterThan(25);
    for (const top of ['Disabled', 'Loading', 'Ready', 'Error']) {
      expect(await page.locator(`[data-state="plugin.${top}"]`).count()).toBe(1);
    }
    await page.getByRole('button', { name: 'Reload', exact: true }).click();
    await page.getByText('waves.hello_world is Ready').waitFor();
    await page.getByRole('button', { name: 'Instance' }).click();
    await page.locator('[data-state="execution.Serving"][data-active="true"]').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('goes back and forth in what a machine did', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/waves.hello_world');
    await page.locator('.step').first().waitFor();
    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    await expect.poll(() => page.locator('.step').last().getAttribute('aria-current'), patience).toBe('step');
    await page.getByRole('slider').press('ArrowRight');
    await page.locator('.step', { hasText: 'Ready' }).first().click();
    await page.locator('[data-state="plugin.Ready"][data-active="true"]').waitFor();
    await page.getByRole('button', { name: 'Live' }).click();
    await expect
      .poll(() => page.locator('.step').first().getAttribute('aria-current'), patience)
      .toBe('step');
  });

  test('a form made of its schema changes the config of a plugin, and says at the field what is wrong', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/waves.auto_reload/config');
    await page.getByLabel('max_wait_ms').fill('5');
    await page.locator('.field-error, .error-detail', { hasText: '100' }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await app().readConfig()).toContain('max_wait_ms = 1000');
    await page.getByLabel('max_wait_ms').fill('2500');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The config of waves.auto_reload is saved').waitFor();
    expect(await app().readConfig()).toContain('max_wait_ms = 2500');
    expect(await app().readConfig()).toContain('# directories named here');
    expect(dashboard.complaints).toEqual([]);
  });
});
