import { describe, expect, test } from 'vitest';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { board, startAdminServer } from '../support/admin-server.ts';
import { browserTitle, hasBrowser, openDashboard, startBrowser } from '../support/browser.ts';

const patience = { timeout: 60_000 };
const count = 1_000;
const states = ['Ready', 'Loading', 'Error', 'Disabled'] as const;

/** Scrolls to the end in forty steps; resolves with the longest time between two frames, milliseconds. */
const scroll = `new Promise((resolve) => {
  let last = performance.now();
  let longest = 0;
  let step = 0;
  const frame = (now) => {
    if (step > 1) longest = Math.max(longest, now - last);
    last = now;
    step += 1;
    scrollTo(0, (document.documentElement.scrollHeight * step) / 40);
    if (step < 40) requestAnimationFrame(frame);
    else resolve(Math.round(longest));
  };
  requestAnimationFrame(frame);
})`;

describe.skipIf(!hasBrowser)(browserTitle('a thousand plugins'), patience, () => {
  test('are listed, filtered and scrolled through', async ({ annotate }) => {
    await using server = await startAdminServer();
    const statuses = Array.from(
      { length: count },
      (_, at): PluginStatus => ({
        id: parsePluginId(`some.plugin_${`${at}`.padStart(4, '0')}`),
        state: states[at % states.length] ?? 'Ready',
        since: 1_000 + at,
        version: '1.0.0',
        message: `Message number ${at}`,
      }),
    );
    server.publishers.pluginStatus(board(statuses));
    const token = server.headersOf('admin')['authorization']?.slice('Bearer '.length) ?? '';
    await using browser = {
      browser: await startBrowser(),
      [Symbol.asyncDispose]() {
        return this.browser.close();
      },
    };
    await using dashboard = await openDashboard(browser.browser, server.admin.address, token);
    const { page } = dashboard;
    await expect.poll(() => page.locator('.plugin-row').count(), patience).toBe(count);
    const scrolled = await page.evaluate(scroll);
    const before = performance.now();
    await page.getByRole('searchbox').fill('plugin_0777');
    await expect.poll(() => page.locator('.plugin-row').count(), { ...patience, interval: 5 }).toBe(1);
    const filtered = Math.round(performance.now() - before);
    await page.getByRole('searchbox').fill('');
    await expect.poll(() => page.locator('.plugin-row').count(), patience).toBe(count);
    await annotate(`Longest frame while scrolling ${scrolled} ms, filtered within ${filtered} ms`);
    expect(dashboard.complaints).toEqual([]);
  });
});
