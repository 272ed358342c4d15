import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openTokens } from '../../src/tokens.ts';
import { browserTitle, hasBrowser, openDashboard, startBrowser } from '../support/browser.ts';
import { CliProcess } from '../support/cli-process.ts';
import { createDashboardFolder } from '../support/dashboard-app.ts';
import { freePort } from '../support/free-port.ts';

const patience = { timeout: 90_000 };

describe.skipIf(!hasBrowser)(browserTitle('a page whose runtime goes away'), { timeout: 300_000 }, () => {
  test('says so, connects by itself, and shows nothing of before', async () => {
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
    await using dashboard = await openDashboard(browser, `http://127.0.0.1:${port}`, token);
    const { page } = dashboard;
    await page.locator('.plugin-row', { hasText: 'waves.scanner' }).waitFor();
    await page
      .locator('.plugin-row', { hasText: 'waves.heartbeat' })
      .getByText('Ready', { exact: true })
      .waitFor();

    first.child.kill('SIGKILL');
    await first.ended;
    await page.getByRole('alert').filter({ hasText: 'Connection lost.' }).waitFor();
    await expect.poll(() => page.getByRole('switch').first().isDisabled(), patience).toBe(true);

    // What it was before is not so any more: a plugin less.
    await writeFile(config, `[plugins]\nschema_version = 1\n${entry}\n[api]\nport = ${port}\n`);
    const second = new CliProcess(folder, ['run', config]);
    cleaning.defer(async () => void (await stopped(second)));
    await page.getByText('The runtime was restarted').waitFor(patience);
    await expect
      .poll(() => page.locator('.plugin-name').allTextContents(), patience)
      .toEqual(['waves.heartbeat']);
    await expect.poll(() => page.getByRole('alert').count(), patience).toBe(0);
    await page.locator('.plugin-row').getByText('Ready', { exact: true }).waitFor();
  });

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

const entry = `[[plugins.entries]]
id = "waves.heartbeat"
enabled = true
artifact_path = "heartbeat"
`;

async function stopped(process: CliProcess): Promise<void> {
  process.child.kill('SIGKILL');
  await process.ended;
}
