import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { board, startAdminServer } from '../support/admin-server.ts';
import { browserTitle, hasBrowser, openDashboard, startBrowser } from '../support/browser.ts';

const patience = { timeout: 60_000 };
const count = 1_000;
const states = ['Ready', 'Loading', 'Error', 'Disabled'] as const;
const frames = 40;
/** How far each frame goes on: as a wheel does, and two screens. */
const wheelPx = 100;
const leapPx = 1_800;
/** What a screen shows and what may be kept around it, generously. */
const maxDrawn = 80;

interface Scrolled {
  /** Most rows that were there at once. */
  readonly drawn: number;
  /** Frames in which a part of the list was empty. */
  readonly gaps: number;
  /** Tasks that took more than 50 ms, as the browser counts them: milliseconds. */
  readonly longTasks: readonly number[];
}

/** Scrolls on from the top, and looks at what each frame shows. */
const scroll = (px: number): string => `new Promise((resolve) => {
  const longTasks = [];
  const observer = new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: 'longtask' });
  const list = document.querySelector('.plugin-list');
  let drawn = 0, gaps = 0, frame = 0;
  const isRow = (y) => document.elementFromPoint(innerWidth / 2, y)?.closest('.plugin-row') != null;
  const look = () => {
    drawn = Math.max(drawn, list.childElementCount);
    const { top, bottom } = list.getBoundingClientRect();
    const places = [120, innerHeight / 2, innerHeight - 2].filter((y) => y > top + 2 && y < bottom - 2);
    if (!places.every(isRow)) gaps += 1;
  };
  const step = () => {
    // What the step before brought about was painted by now.
    if (frame > 0) look();
    frame += 1;
    if (frame > ${frames}) {
      observer.disconnect();
      return resolve({ drawn, gaps, longTasks });
    }
    scrollTo(0, ${px} * frame);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

describe.skipIf(!hasBrowser)(browserTitle('a thousand plugins'), { timeout: 120_000 }, () => {
  test('are listed, filtered and scrolled through; only those in sight are there', async ({ annotate }) => {
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
    await page.getByText(`${count} of ${count} plugins`).waitFor({ state: 'attached' });
    const threadMs = await threadClock(page);

    const perFrame: string[] = [];
    for (const px of [wheelPx, leapPx]) {
      const before = await threadMs();
      const { drawn, gaps, longTasks }: Scrolled = await page.evaluate(scroll(px));
      const frameMs = ((await threadMs()) - before) / frames;
      perFrame.push(
        `${frameMs.toFixed(1)} ms a frame of ${px} px (${longTasks.length} tasks above 50 ms of the clock)`,
      );
      expect({ gaps, isWithinBounds: drawn <= maxDrawn }).toEqual({ gaps: 0, isWithinBounds: true });
    }

    const names = page.locator('.plugin-name');
    await page.evaluate('scrollTo(0, 0)');
    await page.getByRole('link', { name: 'some.plugin_0000' }).focus();
    await page.keyboard.press('End');
    expect(await page.locator(':focus').textContent()).toBe('some.plugin_0999');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator(':focus').textContent()).toBe('some.plugin_0001');
    // Scrolled out of sight, it keeps the focus.
    await page.mouse.wheel(0, 20_000);
    await page.getByRole('link', { name: 'some.plugin_0400' }).waitFor({ state: 'attached' });
    expect(await page.locator(':focus').textContent()).toBe('some.plugin_0001');

    const filtering = await threadMs();
    await page.getByRole('searchbox').fill('plugin_0777');
    await expect.poll(() => names.allTextContents(), patience).toEqual(['some.plugin_0777']);
    const filtered = (await threadMs()) - filtering;
    await page.getByRole('searchbox').fill('');
    await page.getByText(`${count} of ${count} plugins`).waitFor({ state: 'attached' });

    const telling = await threadMs();
    let now = statuses;
    for (const [at, status] of statuses.entries()) {
      const changed: PluginStatus = { ...status, message: 'Another message' };
      now = now.with(at, changed);
      server.publishers.pluginStatus(board(now, changed));
    }
    await page.getByRole('searchbox').fill('another message');
    await page.getByText(`${count} of ${count} plugins`).waitFor({ state: 'attached' });
    await expect
      .poll(() => page.locator('.plugin-row', { hasText: 'Message number' }).count(), patience)
      .toBe(0);
    const told = (await threadMs()) - telling;

    await annotate(
      `Of the page's thread, scrolling takes ${perFrame.join(', ')}, a filter ${filtered.toFixed(0)} ms, a thousand changes ${told.toFixed(0)} ms`,
    );
    expect(dashboard.complaints).toEqual([]);
  });
});

/** What the page's own thread has worked so far, milliseconds; waiting and other processes do not count. */
async function threadClock(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000;
  };
}
