import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openTokens } from '../../src/tokens.ts';
import { browserTitle, hasBrowser, openDashboard, startBrowser } from '../support/browser.ts';
import { CliProcess } from '../support/cli-process.ts';
import { createDashboardFolder } from '../support/dashboard-app.ts';
import { rowOf } from '../support/dashboard-suite.ts';
import { freePort } from '../support/free-port.ts';
import { hasTerminal, startOnTerminal } from '../support/terminal.ts';

const patience = { timeout: 90_000 };

describe.skipIf(!hasBrowser)(browserTitle('a page whose runtime goes away'), { timeout: 300_000 }, () => {
  test('says so, connects by itself, and shows nothing of before, neither states nor logs nor history', async () => {
    const port = await freePort();
    const folder = await createDashboardFolder(`\n[api]\nport = ${port}\n`);
    await using cleaning = new AsyncDisposableStack();
    cleaning.defer(() => rm(folder, { recursive: true, force: true }));
    const config = join(folder, 'signalbox.toml');
    const { token } = await openTokens(join(folder, '.signalbox')).create({
      name: 'test',
      scopes: ['admin'],
    });
    const first = new CliProcess(folder, ['run', config]);
    cleaning.defer(async () => void (await stopped(first)));
    await first.said('Dashboard at http://127.0.0.1:');

    const browser = await startBrowser();
    cleaning.defer(() => browser.close());
    const address = `http://127.0.0.1:${port}`;
    await using list = await openDashboard(browser, address, token);
    await using chart = await openDashboard(browser, address, token);
    await using log = await openDashboard(browser, address, token);
    await list.page.locator(rowOf('waves.scanner')).waitFor();
    await list.page.locator(rowOf('waves.hello_world')).getByText('Ready', { exact: true }).waitFor();
    await list.page.locator(rowOf('waves.heartbeat')).getByText('Ready', { exact: true }).waitFor();
    await chart.go('/plugins/waves.heartbeat');
    await chart.page.locator('.step', { hasText: 'Ready' }).first().waitFor();
    await chart.page.locator('[data-state="plugin.Ready"][data-active="true"]').waitFor();
    await log.go('/plugins/waves.hello_world/log');
    await log.page.locator('.log-message', { hasText: '"Hello"' }).first().waitFor();
    const stepsBefore = new Set(await chart.page.locator('.step time').allTextContents());

    first.child.kill('SIGKILL');
    await first.ended;
    for (const { page } of [list, chart, log]) {
      await page.getByRole('alert').filter({ hasText: 'Connection lost.' }).waitFor();
    }
    await expect.poll(() => list.page.getByRole('switch').first().isDisabled(), patience).toBe(true);

    // What it was before is not so any more: one plugin is gone, one is off, one greets in another way.
    await writeFile(config, `[plugins]\nschema_version = 1\n${entries}\n[api]\nport = ${port}\n`);
    const second = new CliProcess(folder, ['run', config]);
    cleaning.defer(async () => void (await stopped(second)));
    for (const { page } of [list, chart, log]) {
      await page.getByText('The runtime was restarted').waitFor(patience);
      await expect.poll(() => page.getByRole('alert').count(), patience).toBe(0);
    }
    await expect
      .poll(() => list.page.locator('.plugin-name').allTextContents(), patience)
      .toEqual(['waves.heartbeat', 'waves.hello_world']);
    await list.page.locator(rowOf('waves.heartbeat')).getByText('Disabled', { exact: true }).waitFor();
    await list.page.locator(rowOf('waves.hello_world')).getByText('Ready', { exact: true }).waitFor(patience);
    await chart.page.locator('[data-state="plugin.Disabled"][data-active="true"]').waitFor();
    await expect
      .poll(() => chart.page.locator('[data-state="plugin.Ready"][data-active="true"]').count(), patience)
      .toBe(0);
    const stepsAfter = await chart.page.locator('.step time').allTextContents();
    expect(stepsAfter.filter((time) => stepsBefore.has(time))).toEqual([]);
    await log.page.locator('.log-message', { hasText: '"Servus"' }).first().waitFor();
    expect(await log.page.locator('.log-message', { hasText: '"Hello"' }).count()).toBe(0);
    for (const { complaints } of [list, chart, log]) {
      expect(complaints.filter((complaint) => !complaint.includes('ERR_'))).toEqual([]);
    }
  });

  test.skipIf(!hasTerminal)(
    'the address a terminal shows signs in, and its page outlives the terminal',
    async () => {
      const port = await freePort();
      const folder = await createDashboardFolder(`\n[api]\nport = ${port}\n`);
      await using cleaning = new AsyncDisposableStack();
      cleaning.defer(() => rm(folder, { recursive: true, force: true }));
      const args = ['run', join(folder, 'signalbox.toml'), '--no-prompt'];
      const link = /http:\/\/127\.0\.0\.1:\d+\/#token=sbx_[\w-]{43}/;
      const first = cleaning.use(startOnTerminal(folder, args));
      const address = await first.shown(link);
      const browser = await startBrowser();
      cleaning.defer(() => browser.close());
      const [origin = '', token = ''] = address.split('/#token=');
      await using dashboard = await openDashboard(browser, origin, token);
      const { page } = dashboard;
      await page.locator(rowOf('waves.scanner')).waitFor();
      expect(page.url()).toBe(`${origin}/#/`);

      first.hangUp();
      await first.ended;
      await page.getByRole('alert').filter({ hasText: 'Connection lost.' }).waitFor();
      const second = cleaning.use(startOnTerminal(folder, args));
      const next = await second.shown(link);
      await page.getByText('The runtime was restarted').waitFor(patience);
      await page.locator(rowOf('waves.scanner')).waitFor();
      // Loaded again, the tab still has what lets it in; the new address does too.
      await page.reload();
      await page.getByText('Live', { exact: true }).waitFor();
      const [, nextToken = ''] = next.split('/#token=');
      expect(nextToken).not.toBe(token);
      await using other = await openDashboard(browser, origin, nextToken);
      await other.page.locator(rowOf('waves.scanner')).waitFor();
    },
  );

  test('a token that was revoked leads back to the door', async () => {
    const folder = await createDashboardFolder('\n[api]\nport = 0\n');
    await using cleaning = new AsyncDisposableStack();
    cleaning.defer(() => rm(folder, { recursive: true, force: true }));
    const tokens = openTokens(join(folder, '.signalbox'));
    const { token, record } = await tokens.create({ name: 'test', scopes: ['admin'] });
    const runtime = new CliProcess(folder, ['run', join(folder, 'signalbox.toml')]);
    cleaning.defer(async () => void (await stopped(runtime)));
    await runtime.said('Dashboard at http://127.0.0.1:');
    const [, address = ''] = /Dashboard at (\S+)\//.exec(runtime.stdout) ?? [];
    const browser = await startBrowser();
    cleaning.defer(() => browser.close());
    await using dashboard = await openDashboard(browser, address, token);
    await tokens.revoke(record.id);
    await dashboard.page.reload();
    await dashboard.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await dashboard.page.getByText('The token is not known, was revoked or has expired').waitFor();
  });
});

const entries = `[[plugins.entries]]
id = "waves.heartbeat"
enabled = false
artifact_path = "heartbeat"

[[plugins.entries]]
id = "waves.hello_world"
enabled = true
artifact_path = "hello_world"
permissions = ["log"]
[plugins.entries.config]
greeting = "Servus"
`;

async function stopped(process: CliProcess): Promise<void> {
  process.child.kill('SIGKILL');
  await process.ended;
}
