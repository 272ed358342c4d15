import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePluginId } from '../../../src/core/ids.ts';
import { createArtifacts } from '../../../src/packages/open-artifact.ts';
import { defaultLimits } from '../../../src/permissions/limits.ts';
import type { InstanceSpec } from '../../../src/ports/sandbox.ts';
import { createSandbox } from '../../../src/sandbox/sandbox.ts';
import { rawScriptHost } from '../raw-script-host.ts';
import { type BenchRow, ms, timed } from '../row.ts';

const times = 60;

/** A prepared artifact into a warm cell, beside bare jco instantiating and evaluating the same script in this process. */
export async function loadRow(): Promise<readonly BenchRow[]> {
  const raw = await rawScriptHost();
  const bare = await timed(times, async () =>
    (await raw.instantiate()).script.load('add.js', '({ add: (a, b) => a + b })'),
  );

  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const artifacts = resources.use(createArtifacts());
  const sandbox = resources.use(createSandbox({ cacheFolder: folder, cells: 1 }));
  const signal = new AbortController().signal;
  const specOf = async (path: string): Promise<InstanceSpec> => ({
    pluginId: parsePluginId('bench.load'),
    prepared: await sandbox.prepare(await artifacts.open(path, process.cwd(), signal), signal),
    isolation: 'shared',
    limits: defaultLimits,
    imports: {},
  });
  const load = async (spec: InstanceSpec) => {
    const { median } = await timed(times, async () => (await sandbox.instantiate(spec, signal)).close(), 10);
    return median;
  };
  const script = await load(await specOf('test/bench/add.ts'));
  const component = await load(await specOf('plugins/heartbeat'));
  return [
    {
      what: 'load a prepared script into a warm cell',
      ours: ms(script),
      raw: ms(bare.median),
      ratio: script / bare.median,
      bar: '<= 5 ms median',
      holds: script <= 5,
    },
    {
      what: 'load a prepared small component into a warm cell',
      ours: ms(component),
      bar: '<= 5 ms median',
      holds: component <= 5,
    },
  ];
}
