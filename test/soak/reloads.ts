import { heldResources, leakedSince } from '../support/held-resources.ts';
import { type Drift, driftOf } from './drift.ts';
import { type PlainPlugin, startPlain } from './plain-runtime.ts';

export interface ReloadsRun {
  readonly reloads: number;
  /** Reloads after which the plugin was not Ready, or did not answer. */
  readonly failed: number;
  readonly elapsedMs: number;
  readonly drift: Drift;
  /** Handles held after the last reload and not after the first ones. */
  readonly leaked: readonly (readonly [name: string, more: number])[];
}

interface Reloaded {
  readonly plugin: PlainPlugin;
  readonly export: string;
  readonly args: readonly unknown[];
  readonly answer: unknown;
}

/** What is reloaded: a script, and a component that has a whole engine inside. */
export const reloaded = {
  script: {
    plugin: { source: 'export function answer() { return 42; }' },
    export: 'answer',
    args: [],
    answer: 42,
  },
  component: {
    plugin: { path: 'plugins/hello_world/dist/hello-world.wasm', permissions: ['log'] },
    export: 'greet',
    args: ['soak'],
    answer: 'Hello, soak!',
  },
} as const satisfies Record<string, Reloaded>;

/** Loads a plugin beside itself and swaps, again and again, with a call after each swap. */
export async function reloadOften(kind: keyof typeof reloaded, reloads: number): Promise<ReloadsRun> {
  const { plugin, export: name, args, answer }: Reloaded = reloaded[kind];
  await using box = await startPlain({ 'soak.reload': plugin });
  let failed = 0;
  const reload = async (): Promise<void> => {
    const { state, degraded } = await box.plugins.reload('soak.reload');
    const answered = await box.plugins.call('soak.reload', name, args);
    if (state !== 'Ready' || degraded || answered !== answer) failed += 1;
  };
  await reload();
  const before = await heldResources();
  const startedAt = performance.now();
  const drift = await driftOf(reloads, reload);
  const elapsedMs = performance.now() - startedAt;
  return { reloads, failed, elapsedMs, drift, leaked: await leakedSince(before) };
}
