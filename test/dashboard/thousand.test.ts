import { describe, expect, test } from 'vitest';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { board, startAdminServer } from '../support/admin-server.ts';
import { browserTitle, hasBrowser, openDashboard, startBrowser } from '../support/browser.ts';

/** Each goes on by as much as two screens. */
const frames = 40;
const patience = { timeout: 60_000 };
const count = 1_000;
const states = ['Ready', 'Loading', 'Error', 'Disabled'] as const;

/** Scrolls to the end in as many steps as there are frames; resolves with the middle and the longest time between two frames, milliseconds. */
const scroll = `new Promise((resolve) => {
  const times = [];
  const frame = (now) => {
    times.push(now);
    scrollTo(0, (document.documentElement.scrollHeight * times.length) / ${frames});
    if (times.length < ${frames + 2}) return requestAnimationFrame(frame);
    const gaps = times.slice(2).map((time, at) => Math.round(time - times[at + 1])).sort((one, other) => one - other);
    resolve(gaps[gaps.length >> 1] + ' ms, longest ' + gaps.at(-1) + ' ms');
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
    const cpu = await page.context().newCDPSession(page);
    await cpu.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busy = async (): Promise<number> =>
      (await cpu.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ??
      0;
    const busyBefore = await busy();
    const scrolled = await page.evaluate(scroll);
    const perFrame = Math.round(((await busy()) - busyBefore) * 1_000) / frames;
    const before = performance.now();
    await page.getByRole('searchbox').fill('plugin_0777');
    await expect.poll(() => page.locator('.plugin-row').count(), { ...patience, interval: 5 }).toBe(1);
    const filtered = Math.round(performance.now() - before);
    await page.getByRole('searchbox').fill('');
    await expect.poll(() => page.locator('.plugin-row').count(), patience).toBe(count);
    await annotate(
      `A frame while scrolling takes ${perFrame.toFixed(1)} ms of the page's thread, ${scrolled} apart; filtered within ${filtered} ms`,
    );
    expect(dashboard.complaints).toEqual([]);
  });
});
