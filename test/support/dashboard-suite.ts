import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { browserTitle, type DashboardPage, hasBrowser, openDashboard, startBrowser } from './browser.ts';
import { type DashboardApp, startDashboardApp } from './dashboard-app.ts';

/** This machine may be busy with other things. */
export const patience = { timeout: 60_000 };

export interface DashboardSuite {
  app(): DashboardApp;
  browser(): Browser;
  /** A tab of its own, signed in. */
  open(options?: BrowserContextOptions): Promise<DashboardPage>;
}

/** A group of tests of the dashboard in a browser, over one running application. */
export function describeDashboard(title: string, tests: (suite: DashboardSuite) => void): void {
  describe.skipIf(!hasBrowser)(browserTitle(title), { timeout: 240_000 }, () => {
    const running: { app?: DashboardApp; browser?: Browser } = {};
    beforeAll(async () => {
      [running.app, running.browser] = await Promise.all([startDashboardApp(), startBrowser()]);
    }, 180_000);
    afterAll(async () => {
      await running.browser?.close();
      await running.app?.[Symbol.asyncDispose]();
    });
    const app = (): DashboardApp => known(running.app);
    const browser = (): Browser => known(running.browser);
    tests({
      app,
      browser,
      open: (options = {}) => openDashboard(browser(), app().admin.address, app().token, options),
    });
  });
}

/** The row of a plugin in the list. */
export function rowOf(id: string): string {
  return `.plugin-row[data-plugin="${id}"]`;
}

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('It did not start');
  return value;
}
