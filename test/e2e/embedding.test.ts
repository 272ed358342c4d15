import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom, take } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRuntime, type Runtime, SignalboxError } from '../../src/index.ts';
import { createTestRuntime } from '../../src/testing.ts';

const config = `# what the host application runs
[[plugins.entries]]
id = "host.echo" # says it again
enabled = true
artifact_path = "echo.ts"
`;
const echo = `
export function echo(value) { return value; }
export function refuse() { throw { tag: 'io', val: 'no disk' }; }
export function crash() { throw new Error('broken'); }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-embedding-'));
  await writeFile(join(folder, 'app.toml'), config);
  await writeFile(join(folder, 'echo.ts'), echo);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function start(signal?: AbortSignal): Promise<Runtime> {
  const runtime = await createRuntime({
    config: join(folder, 'app.toml'),
    cells: 1,
    ...(signal && { signal }),
  });
  await runtime.settled();
  return runtime;
}

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => ({ returned: value }),
    (error: unknown) => (error instanceof SignalboxError ? error.code : error),
  );

describe('an application with a runtime in it', () => {
  test('hears each end of a call as its own code', async () => {
    await using runtime = await start();
    const { plugins } = runtime;
    expect({
      value: await plugins.call('host.echo', 'echo', [{ deep: [1, 'two', null, true] }]),
      unknownPlugin: await codeOf(plugins.call('host.other', 'echo')),
      unknownExport: await codeOf(plugins.call('host.echo', 'ecco')),
      refused: await codeOf(plugins.call('host.echo', 'refuse')),
      crashed: await codeOf(plugins.call('host.echo', 'crash')),
      afterwards: await plugins.call('host.echo', 'echo', ['again']),
    }).toEqual({
      value: { deep: [1, 'two', null, true] },
      unknownPlugin: 'PLUGIN_UNKNOWN',
      unknownExport: 'CALL_INVALID',
      refused: 'PLUGIN_REFUSED',
      crashed: 'GUEST_TRAPPED',
      afterwards: 'again',
    });
  });

  test('disables and enables a plugin in its file, comments and all', async () => {
    await using runtime = await start();
    const file = join(folder, 'app.toml');
    expect((await runtime.plugins.disable('host.echo')).state).toBe('Disabled');
    expect(await readFile(file, 'utf8')).toBe(config.replace('enabled = true', 'enabled = false'));
    expect(await codeOf(runtime.plugins.call('host.echo', 'echo'))).toBe('PLUGIN_NOT_READY');
    expect((await runtime.plugins.enable('host.echo')).state).toBe('Ready');
    expect(await readFile(file, 'utf8')).toBe(config);
  });

  test('reloads and retries by command, and is told the status that came of it', async () => {
    await using runtime = await start();
    expect(await runtime.plugins.reload('host.echo')).toMatchObject({ id: 'host.echo', state: 'Ready' });
    await writeFile(join(folder, 'echo.ts'), 'export const = 1');
    expect(await runtime.plugins.reload('host.echo')).toMatchObject({
      state: 'Ready',
      degraded: { code: 'SCRIPT_INVALID' },
    });
    await writeFile(join(folder, 'echo.ts'), echo);
    const mended = await runtime.plugins.retry('host.echo');
    expect({ state: mended.state, degraded: mended.degraded }).toEqual({
      state: 'Ready',
      degraded: undefined,
    });
  });

  test('gives up a call in flight by its signal, and the plugin serves again', async () => {
    const source = `
      import { log } from 'signalbox:plugin/log';
      export function spin() { log('info', 'spinning', []); for (;;); }
      export const one = () => 1;
    `;
    await using box = await createTestRuntime({ plugins: { 'host.spin': { source, permissions: ['log'] } } });
    const aborting = new AbortController();
    const isInFlight = box.next(box.relays.pluginLog, ({ message }) => message === 'spinning');
    const spinning = codeOf(box.plugins.call('host.spin', 'spin', [], { signal: aborting.signal }));
    await isInFlight;
    aborting.abort();
    expect(await spinning).toBe('CALL_ABORTED');
    expect(await box.plugins.call('host.spin', 'one')).toBe(1);
  });

  test('watches the machines through inspect$', async () => {
    await using runtime = await start();
    const seen = firstValueFrom(
      runtime.inspect$.pipe(
        filter((event) => event.type === '@xstate.event' && event.event.type === 'plugin.reload'),
        take(1),
      ),
    );
    await runtime.plugins.reload('host.echo');
    expect((await seen).type).toBe('@xstate.event');
  });

  test('closes with its signal: relays complete and commands are refused', async () => {
    const closing = new AbortController();
    const runtime = await start(closing.signal);
    const completed = new Promise<void>((resolve) =>
      runtime.relays.pluginStatus.subscribe({ complete: resolve }),
    );
    closing.abort();
    await completed;
    expect(await codeOf(runtime.plugins.call('host.echo', 'echo'))).toBe('RUNTIME_CLOSED');
    expect(await codeOf(runtime.settled())).toBe('RUNTIME_CLOSED');
    await runtime.close();
  });
});
