import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AdminServer, board, ready, startAdminServer } from '../support/admin-server.ts';
import {
  browserTitle,
  type DashboardPage,
  hasBrowser,
  openDashboard,
  startBrowser,
} from '../support/browser.ts';
import { documentOf } from '../support/config-documents.ts';

const plugin = '/plugins/some.plugin';
const problem = {
  type: 'urn:signalbox:error:STORE_FAILED',
  title: 'The database failed',
  status: 500,
  detail: 'The disk is on fire',
  code: 'STORE_FAILED',
  blame: 'host',
  hint: 'Put it out',
};

describe.skipIf(!hasBrowser)(
  browserTitle('every part of the page says how it stands'),
  { timeout: 120_000 },
  () => {
    let browser: Browser;
    let server: AdminServer;
    let dashboard: DashboardPage;
    let page: Page;
    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser?.close());
    beforeEach(async () => {
      server = await startAdminServer();
      const token = server.headersOf('admin')['authorization']?.slice('Bearer '.length) ?? '';
      dashboard = await openDashboard(browser, server.admin.address, token);
      ({ page } = dashboard);
    });
    afterEach(async () => {
      await dashboard[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });

    test.each([
      [plugin, '/machines', 'The statechart'],
      [plugin, '/transitions*', 'The history'],
      [`${plugin}/log`, '/logs?plugin*', 'The log'],
      [`${plugin}/permissions`, '/permissions', 'Permissions'],
      [`${plugin}/usage`, '/plugins/*/usage', 'Usage'],
      [`${plugin}/usage`, '/plugins/*/about', 'The limits'],
      [`${plugin}/config`, '/plugins/*/about', 'The config'],
      ['/system', '/runtime', 'The runtime'],
      ['/system', '/actors', 'The tree of actors'],
      ['/journal', '/transitions*', 'The journal'],
      ['/journal/audit', '/audit*', 'The audit'],
    ])('%s, while %s is asked for, and when it fails', async (place, path, what) => {
      const { promise: asked, resolve: answer } = Promise.withResolvers<void>();
      await page.route(`**/api/v1${path}`, async (route) => {
        await asked;
        await route.fulfill({
          status: 500,
          contentType: 'application/problem+json',
          body: JSON.stringify(problem),
        });
      });
      await dashboard.go(place);
      await page
        .getByRole('status')
        .filter({ hasText: `${what} is loading` })
        .waitFor();
      answer();
      const alert = page.getByRole('alert').filter({ hasText: problem.detail }).first();
      await alert.getByText(problem.hint).waitFor();
      expect(await page.getByText(`${what} is loading`).count()).toBe(0);
    });

    test('the code of a part that does not come leaves the rest of the page as it is', async () => {
      await page.route('**/assets/usage-tab*', (route) => route.abort());
      await dashboard.go(`${plugin}/usage`);
      await page
        .getByRole('alert')
        .filter({ hasText: 'This part of the page could not be loaded' })
        .waitFor();
      await page.unrouteAll();
      await page.getByRole('button', { name: 'Load the page again' }).click();
      await page.locator('.plot').first().waitFor();
    });

    test.each([
      [plugin, 'Nothing happened since this runtime started to keep its history.'],
      [`${plugin}/log`, 'It has logged nothing yet. New lines appear here.'],
      [`${plugin}/usage`, 'none yet'],
      [`${plugin}/config`, 'Its manifest has no schema for settings, so there is no form.'],
      ['/plugins/no.such', 'No plugin is called no.such'],
      ['/system', 'No plugin runs.'],
      ['/journal', 'No plugin did anything yet.'],
      ['/journal/audit', 'No permission was decided about yet.'],
      ['/nowhere', 'There is no such page'],
    ])('%s, when there is nothing', async (place, said) => {
      await dashboard.go(place);
      await page.getByText(said).first().waitFor();
      expect(dashboard.complaints).toEqual([]);
    });

    test('the list, when there is no plugin, no config, or a broken one', async () => {
      server.publishers.pluginStatus(board([], ready));
      await page.getByRole('heading', { name: 'No plugins yet' }).waitFor();
      server.publishers.pluginsConfigReplay({ phase: 'missing', file: 'signalbox.toml' });
      await page.getByRole('alert').filter({ hasText: 'There is no config file' }).waitFor();
      const broken = {
        code: 'CONFIG_SYNTAX',
        blame: 'user',
        message: 'A bracket is missing',
        hint: 'Add it',
      } as const;
      server.publishers.pluginsConfigReplay({
        phase: 'known',
        document: documentOf([]),
        problem: {
          ...broken,
          location: { file: 'signalbox.toml', line: 3, column: 7, frame: '3 | [plugins' },
        },
      });
      await page.getByText('signalbox.toml:3:7').waitFor();
      await page.getByText('3 | [plugins').waitFor();
      await dashboard.scan('broken-config');
      expect(dashboard.complaints).toEqual([]);
    });

    test.each([
      ['/', 'some.plugin', ['switch']],
      [plugin, 'Ready since', ['switch', 'Reload']],
      [`${plugin}/permissions`, 'What it asks for', ['switch', 'Reload', 'Revoke log']],
      ['/system', 'manager', []],
    ] as const)(
      '%s, when the runtime is gone: it says since when, and nothing can be done',
      async (place, kept, controls) => {
        await dashboard.go(place);
        await page.getByText(kept).first().waitFor();
        const control = (name: string) =>
          name === 'switch'
            ? page.getByRole('switch').first()
            : page.getByRole('button', { name, exact: true });
        for (const name of controls) expect([name, await control(name).isEnabled()]).toEqual([name, true]);
        await server.admin.close();
        await page
          .getByRole('alert')
          .filter({ hasText: /Connection lost.*What you see is from \d\d:\d\d:\d\d/ })
          .waitFor();
        await page.getByText(kept).first().waitFor();
        for (const name of controls) expect([name, await control(name).isEnabled()]).toEqual([name, false]);
        await dashboard.scan(`lost${place.replaceAll('/', '-')}`);
        await dashboard.go('/journal/audit');
        await page.getByText('The audit is asked for when the runtime is back.').waitFor();
      },
    );
  },
);
