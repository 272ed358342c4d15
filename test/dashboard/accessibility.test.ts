import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeDashboard, patience, rowOf } from '../support/dashboard-suite.ts';

const places = [
  ['list', '/'],
  ['statechart', '/plugins/waves.scanner'],
  ['error', '/plugins/test.wanting'],
  ['log', '/plugins/waves.hello_world/log'],
  ['permissions', '/plugins/test.wanting/permissions'],
  ['usage', '/plugins/waves.scanner/usage'],
  ['config', '/plugins/waves.scanner/config'],
  ['status', '/plugins/waves.scanner/status'],
  ['system', '/system'],
  ['journal', '/journal'],
  ['audit', '/journal/audit'],
  ['nowhere', '/nowhere'],
] as const;

/** Each looks at every page. */
const slow = { timeout: 600_000 };

describeDashboard('everybody can use the dashboard', ({ app, open }) => {
  test.each([
    ['light', { width: 1440, height: 900 }],
    ['dark', { width: 1440, height: 900 }],
    ['light', { width: 360, height: 740 }],
    ['dark', { width: 360, height: 740 }],
    ['dark', { width: 2560, height: 1300 }],
  ] as const)(
    'nothing speaks against any page, and none is wider than its window: %s, %o',
    slow,
    async (colorScheme, viewport) => {
      await using dashboard = await open({ colorScheme, viewport, reducedMotion: 'reduce' });
      const { page } = dashboard;
      for (const [name, place] of places) {
        await dashboard.go(place);
        await settled(page);
        await dashboard.scan(`${name}-${colorScheme}-${viewport.width}`);
        expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
          name,
          viewport.width,
        ]);
      }
      expect(dashboard.complaints).toEqual([]);
    },
  );

  test.each(['light', 'dark'] as const)('nor against signing in, %s', async (colorScheme) => {
    const { admin, token } = app();
    await using dashboard = await open({ colorScheme });
    await dashboard.page.getByRole('button', { name: 'Sign out' }).click();
    await dashboard.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await dashboard.scan(`sign-in-${colorScheme}`);
    await dashboard.page.getByLabel('Token').fill(token);
    await dashboard.page.keyboard.press('Enter');
    await dashboard.page.locator(rowOf('waves.scanner')).waitFor();
    expect(new URL(dashboard.page.url()).origin).toBe(admin.address);
  });

  test('all of it goes without a mouse: find a plugin, grant what it asks for, take it away, turn it off', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await page.locator(rowOf('test.wanting')).waitFor();

    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');

    await page.keyboard.press('/');
    await page.keyboard.type('wanting');
    await expect.poll(() => page.locator('.plugin-name').count(), patience).toBe(1);
    await tabTo(page, 'test.wanting');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'test.wanting' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('content');

    await tabTo(page, 'Permissions');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Grant fs:list:waves' }).waitFor();
    await tabTo(page, 'Grant fs:list:waves');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('Permission');
    await tabTo(page, 'Grant this');
    await page.keyboard.press('Enter');
    await page.getByText('Granted fs:list:waves; test.wanting is Ready').waitFor();
    await expect.poll(() => focused(page), patience).toBe('What it asks for');

    await tabTo(page, 'Revoke fs:list:waves');
    await page.keyboard.press('Enter');
    await page.getByText('Revoked fs:list:waves; test.wanting is Error, pendingApproval').waitFor();
    await expect.poll(() => focused(page), patience).toBe('What it asks for');

    await tabTo(page, 'test.wanting enabled', 'Shift+Tab');
    await page.keyboard.press('Space');
    await page.getByText('test.wanting is Disabled').waitFor();
    await page.getByRole('switch', { checked: false }).waitFor();
    expect(await focused(page)).toBe('test.wanting enabled');
    await page.keyboard.press('Space');
    await page.getByText('test.wanting is Error, pendingApproval').last().waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('who asks for less motion gets none', async () => {
    const reload = async (reducedMotion: 'reduce' | 'no-preference'): Promise<readonly string[]> => {
      await using dashboard = await open({ reducedMotion });
      const { page } = dashboard;
      await dashboard.go('/plugins/waves.heartbeat');
      await page.locator('[data-state="plugin.Ready"][data-active="true"]').waitFor();
      await page.evaluate(`(() => {
        globalThis.begun = new Set();
        globalThis.hasTaken = false;
        new MutationObserver(() => { hasTaken ||= document.querySelector('.arrow[data-taken=true]') !== null; })
          .observe(document.body, { subtree: true, childList: true, attributes: true });
        addEventListener('animationstart', ({ animationName }) => begun.add(animationName));
        addEventListener('transitionrun', () => begun.add('transition'));
      })()`);
      await page.getByRole('button', { name: 'Reload', exact: true }).click();
      await page.getByText('waves.heartbeat is Ready').waitFor();
      await expect.poll(() => page.evaluate('hasTaken'), patience).toBe(true);
      await page.getByRole('button', { name: 'Reload', exact: true }).hover();
      return await page.evaluate('[...begun].sort()');
    };
    expect(await reload('no-preference')).toEqual(expect.arrayContaining(['arrive', 'flow', 'transition']));
    expect(await reload('reduce')).toEqual([]);
  });

  test('the theme can be chosen, and stays', async () => {
    await using dashboard = await open({ colorScheme: 'light' });
    const { page } = dashboard;
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await paper();
    await page.getByRole('button', { name: 'Theme' }).click();
    expect(await paper()).toBe(light);
    await page.getByRole('button', { name: 'Theme' }).click();
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.locator(rowOf('waves.scanner')).waitFor();
    expect(await paper()).toBe(dark);
  });
});

/** Nothing on the page is loading. */
async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await expect.poll(() => page.locator('.loading').count(), patience).toBe(0);
}

/** What a screen reader would call the focused element. */
function focused(page: Page): Promise<string> {
  return page.evaluate(`(({ activeElement: it }) =>
    it.getAttribute('aria-label') ?? (it.labels?.[0] ?? it).textContent.trim())(document)`);
}

async function tabTo(page: Page, name: string, key = 'Tab'): Promise<void> {
  for (let press = 0; press < 60; press += 1) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to "${name}", but to "${await focused(page)}"`);
}
