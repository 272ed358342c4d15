import ELK from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import type { Chart } from '../../wire/machines.ts';
import { layoutInput } from './layout-input.ts';
import { type Layout, mutable, placed } from './placed.ts';

const layouts = new Map<string, Promise<Layout>>();
let engine: InstanceType<typeof ELK> | undefined;

/** Where the states and arrows of a chart go. Computed in a worker, once for each machine: a chart does not change while its runtime lives. */
export function layoutOf(chart: Chart): Promise<Layout> {
  const key = JSON.stringify(chart);
  const known = layouts.get(key);
  if (known !== undefined) return known;
  engine ??= new ELK({ workerFactory: () => new Worker(workerUrl) });
  const layout = engine.layout(mutable(layoutInput(chart))).then(placed);
  layouts.set(key, layout);
  return layout;
}
