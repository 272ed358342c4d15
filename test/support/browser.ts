import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const executable = '/usr/bin/chromium';
/** Looked at by people and kept by no repository. */
const screenshots = fileURLToPath(new URL('../../.screenshots', import.meta.url));

export const hasBrowser = existsSync(executable);
/** For `describe.skipIf`: one line says what was left out. */
export const browserTitle = (title: string): string =>
  hasBrowser ? title : `${title} (left out: there is no ${executable})`;

const wide = { width: 1440, height: 900 };

/** A page of the dashboard, in a browser that asks nobody but the runtime. */
export interface DashboardPage extends AsyncDisposable {
  readonly page: Page;
  /** What the browser complained of: scripts that failed, and what the policy of the page forbade. */
  readonly complaints: readonly string[];
  /** Below the address, behind `#`: `/plugins/waves.scanner`. */
  go(place: string): Promise<void>;
  /** Fails with what the accessibility scan found, and keeps a picture. */
  scan(name: string): Promise<void>;
}

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export async function openDashboard(
  browser: Browser,
  address: string,
  token: string,
  options: BrowserContextOptions = {},
): Promise<DashboardPage> {
  const context = await browser.newContext({ viewport: wide, ...options });
  const page = await context.newPage();
  // This machine may be busy with other things.
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${address}/#token=${token}`);
  await page.getByText('Live', { exact: true }).first().waitFor();
  return {
    page,
    complaints,
    go: async (place) => {
      await page.goto(`${address}/#${place}`);
    },
    scan: async (name) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      await mkdir(screenshots, { recursive: true });
      await page.screenshot({ path: join(screenshots, `${name}.png`) });
      expect(
        violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html.slice(0, 160)) })),
      ).toEqual([]);
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}
