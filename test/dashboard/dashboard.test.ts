import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserTitle, hasBrowser, openDashboard, startBrowser } from '../support/browser.ts';
import { type DashboardApp, startDashboardApp } from '../support/dashboard-app.ts';

/** This machine may be busy with other things. */
const patience = { timeout: 60_000 };
const longPatience = { timeout: 240_000 };

describe.skipIf(!hasBrowser)(browserTitle('the dashboard in a browser'), longPatience, () => {
  let app: DashboardApp;
  let browser: Browser;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startDashboardApp(), startBrowser()]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await app?.[Symbol.asyncDispose]();
  });
  const open = (options = {}) => openDashboard(browser, app.admin.address, app.token, options);
  const row = (id: string) => `.plugin-row:has(a:text-is("${id}"))`;

  test('takes the token out of the address, and keeps it in the tab', async () => {
    await using dashboard = await open();
    expect(dashboard.page.url()).toBe(`${app.admin.address}/#/`);
    await dashboard.page.reload();
    await dashboard.page.locator(row('waves.scanner')).waitFor();
    expect(await dashboard.page.context().cookies()).toEqual([]);
  });

  test('asks for a token, and says when it does not count', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(app.admin.address);
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
    await page.getByRole('button', { name: 'Ready' }).click();
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
    expect(entry(await app.readConfig())).toContain('enabled = false');
    await page.getByRole('switch', { name: 'waves.heartbeat enabled' }).click();
    await page.getByText('waves.heartbeat is Ready').waitFor();
    expect(entry(await app.readConfig())).toContain('enabled = true');
    expect(dashboard.complaints).toEqual([]);
  });

  test('follows an edit of the file', async ({ annotate }) => {
    await using dashboard = await open();
    const { page } = dashboard;
    const badge = page.locator(row('waves.heartbeat')).locator('.badge-state');
    await expect.poll(() => badge.textContent(), patience).toBe('Ready');
    const told = new Promise<number>((resolve) => {
      const subscription = app.runtime.relays.pluginStatus.subscribe(({ changed }) => {
        if (changed?.id !== 'waves.heartbeat' || changed.state !== 'Disabled' || changed.phase) return;
        subscription.unsubscribe();
        resolve(Date.now());
      });
    });
    const seen = page.evaluate(`new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        const row = [...document.querySelectorAll('.plugin-row')].find((each) => each.textContent.includes('waves.heartbeat'));
        if (!row?.querySelector('.badge-state')?.textContent.includes('Disabled')) return;
        if (row.querySelector('.badge-phase')) return;
        observer.disconnect();
        resolve(Date.now());
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    })`);
    await app.editConfig((text) =>
      text.replace('id = "waves.heartbeat"\nenabled = true', 'id = "waves.heartbeat"\nenabled = false'),
    );
    await annotate(`On the page ${Number(await seen) - (await told)} ms after the status`);
    await app.editConfig((text) =>
      text.replace('id = "waves.heartbeat"\nenabled = false', 'id = "waves.heartbeat"\nenabled = true'),
    );
    await expect.poll(() => badge.textContent(), patience).toBe('Ready');
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
    await page.getByRole('button', { name: 'Reload' }).click();
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

  test('a crash loop is seen as it happens: backoff, and then quarantine', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/test.crasher');
    await page.locator('[data-state="plugin.Disabled.off"][data-active="true"]').waitFor();
    await page.getByRole('switch', { name: 'test.crasher enabled' }).click();
    await page.locator('[data-state="plugin.Error.quarantined"][data-active="true"]').waitFor(patience);
    await page.locator('.badge', { hasText: 'quarantined' }).waitFor();
    const places = await page.locator('.step-place').allTextContents();
    expect(places[0]).toBe('Error › quarantined');
    expect(places.filter((place) => place === 'Error › backoff').length).toBeGreaterThanOrEqual(2);
    // It stays there for a tenth of a second: too short to be sure of meeting it, and that is what the history is for.
    await page.locator('.step', { hasText: 'Error › backoff' }).first().click();
    await page.locator('[data-state="plugin.Error.backoff"][data-active="true"]').waitFor();
    await page.locator('.arrow[data-taken="true"]').first().waitFor({ state: 'attached' });
    expect(dashboard.complaints).toEqual([]);
    await app.runtime.plugins.disable('test.crasher');
  });

  test('a permission is granted on the page, and taken away again', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/test.wanting/permissions');
    await page.getByText('Counts your files', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Grant fs:list:waves' }).click();
    await page.getByRole('button', { name: 'Grant this' }).click();
    await page.locator('.badge', { hasText: 'Ready' }).waitFor();
    expect(await app.readConfig()).toContain('permissions = ["fs:list:waves"]');
    await page.getByRole('button', { name: 'Revoke fs:list:waves' }).click();
    await page.getByText('Revoked fs:list:waves').waitFor();
    await page.locator('.want-state-missing').waitFor();
    expect(await app.readConfig()).not.toContain('permissions = ["fs:list:waves"]');
    expect(dashboard.complaints).toEqual([]);
  });

  test('a form made of its schema changes the config of a plugin, and says at the field what is wrong', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/waves.auto_reload/config');
    await page.getByLabel('max_wait_ms').fill('5');
    await page.locator('.field-error, .error-detail', { hasText: '100' }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await app.readConfig()).toContain('max_wait_ms = 1000');
    await page.getByLabel('max_wait_ms').fill('2500');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The config of waves.auto_reload is saved').waitFor();
    expect(await app.readConfig()).toContain('max_wait_ms = 2500');
    expect(await app.readConfig()).toContain('# directories named here');
    expect(dashboard.complaints).toEqual([]);
  });

  test('shows what a plugin logs as it logs it, filtered by level and text', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/waves.hello_world/log');
    const lines = page.locator('.log-line');
    const before = await lines.count();
    await app.runtime.plugins.reload('waves.hello_world');
    await app.editConfig((text) => text.replace('greeting = "Hello"', 'greeting = "Welcome"'));
    await page.locator('.log-message', { hasText: 'Welcome' }).first().waitFor();
    expect(await lines.count()).toBeGreaterThan(before);
    await page.getByLabel('Level').selectOption('error');
    await page.getByText('No line fits this filter').waitFor();
  });

  test('shows usage over time, the system and the journal', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/waves.hello_world/usage');
    for (let call = 0; call < 20; call += 1)
      await app.runtime.plugins.call('waves.hello_world', 'greet', ['you']);
    await page.locator('.plot canvas').nth(3).waitFor({ state: 'attached' });
    await expect
      .poll(() => page.locator('.plot-key', { hasText: 'memory' }).textContent(), patience)
      .toMatch(/[KM]iB/);
    await page.getByText('memory_bytes').waitFor();
    await dashboard.go('/system');
    await page.getByText('plugin:waves.scanner').waitFor();
    await page.getByRole('rowheader', { name: 'transition' }).waitFor();
    await page.locator('.cells strong', { hasText: 'shared#1' }).waitFor();
    await dashboard.go('/journal');
    await page.locator('.journal-row', { hasText: 'granted' }).first().waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  const places = [
    ['list', '/'],
    ['statechart', '/plugins/waves.scanner'],
    ['error', '/plugins/test.wanting'],
    ['log', '/plugins/waves.scanner/log'],
    ['permissions', '/plugins/test.wanting/permissions'],
    ['usage', '/plugins/waves.scanner/usage'],
    ['config', '/plugins/waves.scanner/config'],
    ['status', '/plugins/waves.scanner/status'],
    ['system', '/system'],
    ['journal', '/journal'],
  ] as const;

  test.each(['light', 'dark'] as const)('has nothing against accessibility, %s', async (colorScheme) => {
    await using dashboard = await open({ colorScheme, reducedMotion: 'reduce' });
    for (const [name, place] of places) {
      await dashboard.go(place);
      await settled(dashboard.page);
      await dashboard.scan(`${name}-${colorScheme}`);
    }
  });

  test('fits a telephone', async () => {
    await using dashboard = await open({ viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' });
    for (const [name, place] of places) {
      await dashboard.go(place);
      await settled(dashboard.page);
      await dashboard.scan(`${name}-360`);
      expect([name, await dashboard.page.evaluate('document.documentElement.scrollWidth')]).toEqual([
        name,
        360,
      ]);
    }
  });

  /** Nothing on the page is loading. */
  async function settled(page: Page): Promise<void> {
    await page.locator('main h1').first().waitFor();
    await expect.poll(() => page.locator('.loading').count(), patience).toBe(0);
  }
});
