import { setTimeout as pause } from 'node:timers/promises';
import type { Runtime } from '../../src/options.ts';

/** Well-behaved plugins that serve beside every guest. */
export const neighbours = {
  script: { id: 'good.script', export: 'double' },
  component: { id: 'good.component', export: 'strike-here' },
} as const;

export const neighbourScript = 'export const double = (n) => n * 2;\n';
const componentAnswer = 7;
/** However quick the guest is: enough to see that they go on. */
const leastRounds = 10;
/** Neighbours have work now and then; they are not to be what keeps the machine busy. */
const betweenCallsMs = 3;

export interface Service {
  readonly calls: number;
  /** Answers other than the right one, and calls that were not answered. */
  readonly wrong: readonly unknown[];
  readonly latenciesMs: readonly number[];
}

/** Calls both neighbours again and again, one call each at a time, until it is stopped. */
export function keepCalling({ plugins }: Runtime): { stop(): Promise<Service> } {
  const wrong: unknown[] = [];
  const latenciesMs: number[] = [];
  let isStopping = false;
  const ask = async (id: string, name: string, args: readonly unknown[], right: number): Promise<void> => {
    const startedAt = performance.now();
    const answer: unknown = await plugins.call(id, name, args).catch((error: unknown) => error);
    latenciesMs.push(performance.now() - startedAt);
    if (answer !== right) wrong.push(answer);
    await pause(betweenCallsMs);
  };
  const serve = async (round: (n: number) => Promise<void>): Promise<void> => {
    for (let n = 0; n < leastRounds || !isStopping; n += 1) await round(n);
  };
  const { script, component } = neighbours;
  const served = Promise.all([
    serve((n) => ask(script.id, script.export, [n], n * 2)),
    serve(() => ask(component.id, component.export, [], componentAnswer)),
  ]);
  return {
    async stop() {
      isStopping = true;
      await served;
      return { calls: latenciesMs.length, wrong, latenciesMs };
    },
  };
}
