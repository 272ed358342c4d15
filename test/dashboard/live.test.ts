import { expect, test } from 'vitest';
import { describeDashboard, patience, rowOf } from '../support/dashboard-suite.ts';

/** How long the page may take from the status to what is seen, and how often it is measured: a machine may be busy now and then. */
const maxDelayMs = 200;
const edits = 6;

/**
 * Follows the status of one plugin by a second event stream, and on the page: the times at which each had told of `Disabled` and of
 * `Ready`, milliseconds of the page's clock.
 */
const watchBoth = `globalThis.seen = { told: [], shown: [] };
(async () => {
  const authorization = 'Bearer ' + sessionStorage.getItem('signalbox.token');
  const { body } = await fetch('/api/v1/events?topics=status&plugin=waves.heartbeat', { headers: { authorization } });
  let text = '';
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const events = text.split('\\n\\n');
    text = events.pop();
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      const status = data && JSON.parse(data).status;
      if (status && !status.phase && ['Disabled', 'Ready'].includes(status.state)) seen.told.push({ state: status.state, at: performance.now() });
    }
  }
})();
let last = document.querySelector('${rowOf('waves.heartbeat')} .badge').textContent;
new MutationObserver(() => {
  const shown = document.querySelector('${rowOf('waves.heartbeat')} .badge').textContent;
  if (shown !== last && ['Disabled', 'Ready'].includes(shown)) seen.shown.push({ state: shown, at: performance.now() });
  last = shown;
}).observe(document.body, { subtree: true, childList: true, characterData: true });`;

interface Seen {
  readonly told: readonly { readonly state: string; readonly at: number }[];
  readonly shown: readonly { readonly state: string; readonly at: number }[];
}

describeDashboard('the page as things happen', ({ app, open }) => {
  test('shows an edit of the file within 200 ms of the status', async ({ annotate }) => {
    await using dashboard = await open();
    const { page } = dashboard;
    await page.locator(rowOf('waves.heartbeat')).getByText('Ready', { exact: true }).waitFor();
    await page.evaluate(watchBoth);
    const seen = (): Promise<Seen> => page.evaluate('seen');
    const states: string[] = [];
    for (let edit = 1; edit <= edits; edit += 1) {
      const isOn = edit % 2 === 0;
      await app().editConfig((text) => text.replace(/(id = "waves.heartbeat"\nenabled = )\w+/, `$1${isOn}`));
      states.push(isOn ? 'Ready' : 'Disabled');
      await expect.poll(async () => (await seen()).shown.map(({ state }) => state), patience).toEqual(states);
      await expect.poll(async () => (await seen()).told.length, patience).toBe(edit);
    }
    const { told, shown } = await seen();
    expect(told.map(({ state }) => state)).toEqual(states);
    const delays = shown.map(({ at }, edit) => at - (told[edit]?.at ?? Number.NaN));
    await annotate(`On the page ${delays.map((delay) => delay.toFixed(0)).join(', ')} ms after the status`);
    expect(Math.min(...delays)).toBeLessThanOrEqual(maxDelayMs);
    expect(dashboard.complaints).toEqual([]);
  });

  test('a crash loop lights backoff and then quarantine, by the arrows that lead there', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/plugins/test.crasher');
    await page.locator('[data-state="plugin.Disabled.off"][data-active="true"]').waitFor();
    await page.evaluate(`globalThis.lit = []; globalThis.taken = new Set();
      new MutationObserver(() => {
        const state = document.querySelector('.state-node.innermost')?.dataset.state;
        if (state !== undefined && state !== lit.at(-1)) lit.push(state);
        for (const { dataset } of document.querySelectorAll('.arrow[data-taken=true]')) taken.add(dataset.arrow);
      }).observe(document.body, { subtree: true, childList: true, attributes: true })`);
    await page.getByRole('switch', { name: 'test.crasher enabled' }).click();
    await page.locator('[data-state="plugin.Error.quarantined"][data-active="true"]').waitFor(patience);
    await page.locator('.badge', { hasText: 'quarantined' }).waitFor();
    await page.locator('.arrow[data-taken="true"][data-arrow$="quarantined"]').waitFor({ state: 'attached' });
    const lit: readonly string[] = await page.evaluate('lit');
    expect(lit.filter((state) => state.startsWith('plugin.Error'))).toEqual([
      'plugin.Error.backoff',
      'plugin.Error.backoff',
      'plugin.Error.quarantined',
    ]);
    expect(await page.evaluate('[...taken]')).toEqual(
      expect.arrayContaining([
        'plugin.Error.deciding→plugin.Error.backoff',
        'plugin.Error.deciding→plugin.Error.quarantined',
      ]),
    );
    const places = await page.locator('.step-place').allTextContents();
    expect(places[0]).toBe('Error › quarantined');
    expect(places.filter((place) => place === 'Error › backoff').length).toBe(2);
    await page.locator('.step', { hasText: 'Error › backoff' }).first().click();
    await page.locator('[data-state="plugin.Error.backoff"][data-active="true"]').waitFor();
    // Out of quarantine only a person leads, and back it goes.
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await expect
      .poll(() => page.locator('.step-place', { hasText: 'Error › quarantined' }).count(), patience)
      .toBe(2);
    expect(dashboard.complaints).toEqual([]);
    await app().runtime.plugins.disable('test.crasher');
  });

  test('the list shows what a plugin said last, and the log all of it, by level and text', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    const said = (greeting: string) => `from now on it is "${greeting}"`;
    await app().editConfig((text) => text.replace('greeting = "Hello"', 'greeting = "Welcome"'));
    await page.locator(rowOf('waves.hello_world')).getByText(said('Welcome')).waitFor();
    await dashboard.go('/plugins/waves.hello_world/log');
    const lines = page.locator('.log-message');
    await page
      .locator('.log-message', { hasText: said('Welcome') })
      .first()
      .waitFor();
    await app().editConfig((text) => text.replace('greeting = "Welcome"', 'greeting = "Hi"'));
    await page.locator('.log-message', { hasText: said('Hi') }).waitFor();
    expect(await lines.first().textContent()).toBe(said('Hi'));
    const all = await lines.count();
    await page.getByLabel('Filter the log').fill('WELCOME');
    await expect.poll(() => lines.allTextContents(), patience).toEqual([said('Welcome')]);
    await page.getByText(`1 of ${all} lines`).waitFor();
    await page.getByLabel('Filter the log').fill('');
    await page.getByLabel('Level').selectOption('error');
    await page.getByText('No line fits this filter').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('usage is plotted beside the limits: calls, failures, latency, fuel and memory', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    const { plugins } = app().runtime;
    await dashboard.go('/plugins/waves.hello_world/usage');
    const key = (label: string) => page.locator('.plot-key', { hasText: label }).locator('strong');
    const calling = new AbortController();
    const calls = (async () => {
      while (!calling.signal.aborted) {
        await plugins.call('waves.hello_world', 'greet', ['you']);
        await plugins.call('waves.hello_world', 'greet', [7]).catch(() => {});
      }
    })();
    const above = (label: string) =>
      expect
        .poll(async () => Number.parseFloat((await key(label).textContent()) ?? ''), patience)
        .toBeGreaterThan(0);
    for (const label of ['calls', 'mean', 'slowest', 'fuel', 'memory']) await above(label);
    calling.abort();
    await calls;
    expect(await key('memory').textContent()).toMatch(/^[\d.]+ [KM]iB$/);
    // What is drawn is not only the grid: lines have the accent's colour.
    const isDrawn = await page.evaluate(`(() => {
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.color = 'var(--accent)';
      const [red, green, blue] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
      probe.remove();
      return [...document.querySelectorAll('.plot canvas')].map((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let at = 0; at < data.length; at += 4) {
          if (data[at] === red && data[at + 1] === green && data[at + 2] === blue && data[at + 3] === 255) return true;
        }
        return false;
      });
    })()`);
    expect(isDrawn).toEqual([true, true, true, true]);
    const limit = (name: string) =>
      page.locator('.figures div', { hasText: name }).locator('dd').textContent();
    expect([
      await limit('memory_bytes'),
      await limit('call_deadline_ms'),
      await limit('mailbox_calls'),
    ]).toEqual(['64 MiB', '5 s', '1,024']);
    expect(dashboard.complaints).toEqual([]);
  });

  test('the system page has every actor below its parent, the relays with their rates, and the cells', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/system');
    const manager = page.locator('.tree > li', {
      has: page.locator('> .tree-actor', { hasText: 'manager' }),
    });
    const scanner = manager.locator('> ul > li', {
      has: page.locator('> .tree-actor', { hasText: 'plugin:waves.scanner' }),
    });
    await scanner.locator('> ul > li > .tree-actor', { hasText: 'execution' }).getByText('Serving').waitFor();
    await manager
      .locator('> ul > li > .tree-actor', { hasText: 'config' })
      .first()
      .getByText('Watching')
      .waitFor();
    // Plugins that tick are heard of all the time.
    const telemetry = page.getByRole('row', { name: /^telemetry/ }).getByRole('cell');
    await expect.poll(async () => Number(await telemetry.first().textContent()), patience).toBeGreaterThan(0);
    await page.locator('.cells li', { hasText: 'shared#1' }).getByText('process').waitFor();
    await page.getByRole('link', { name: 'plugin:waves.scanner' }).click();
    await page.getByRole('heading', { level: 1, name: 'waves.scanner' }).waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('the journal tells what plugins did, and the audit what they were allowed', async () => {
    await using dashboard = await open();
    const { page } = dashboard;
    await dashboard.go('/journal');
    const rows = page.locator('.journal-row');
    await page.getByLabel('Filter the journal').fill('heartbeat reload');
    await page.getByText('No step fits this filter').waitFor();
    await page.getByLabel('Filter the journal').fill('waves.heartbeat');
    await rows.first().waitFor();
    await app().runtime.plugins.reload('waves.heartbeat');
    await rows.filter({ hasText: 'Ready › reloading › instantiating' }).first().waitFor();
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByLabel('Decision').selectOption('granted');
    await page.getByLabel('Filter the audit').fill('waves.scanner');
    await expect
      .poll(async () => new Set(await rows.locator('.decision').allTextContents()), patience)
      .toEqual(new Set(['granted']));
    await app().runtime.permissions.revoke('waves.scanner', ['relay:publish:discovery']);
    await page.getByLabel('Decision').selectOption('withheld');
    await rows.filter({ hasText: 'relay:publish:discovery' }).first().waitFor();
    await app().runtime.permissions.grant('waves.scanner', ['relay:publish:discovery']);
    expect(dashboard.complaints).toEqual([]);
  });
});
