import { SignalboxError } from '../../src/core/errors.ts';
import { memoryOfCells } from './drift.ts';
import { startPlain } from './plain-runtime.ts';

export interface HostileRun {
  readonly calls: number;
  /** How the calls ended, by code; `none` for a value. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Of the cells, between the first hundred calls and the highest figure after, bytes. */
  readonly cellGrowth: number;
  readonly hostGrowth: number;
  /** Answers of the neighbour that were not right. */
  readonly wrongNeighbour: number;
}

/** Each is called again and again; what it holds must be gone with its instance. */
const guests: Readonly<Record<string, string>> = {
  grow: 'export function attack() { const all = []; for (;;) all.push(new Array(10000).fill(7)); }',
  string: 'export function attack() { let text = "x"; for (;;) text += text; }',
  recurse: 'export function attack() { return attack() + 1; }',
  keep: 'const kept = []; export function attack() { for (let i = 0; i < 1000; i++) kept.push("x".repeat(1000)); return kept.length; }',
  answer: 'export function attack() { return "x".repeat(50_000_000); }',
  throws: 'export function attack() { throw { toString() { throw 1; } }; }',
};

/** Calls guests that take what they can, a neighbour between them, and looks what stays. */
export async function callHostile(calls: number): Promise<HostileRun> {
  const ids = Object.keys(guests).map((name) => `bad.${name}`);
  await using box = await startPlain({
    ...Object.fromEntries(Object.entries(guests).map(([name, source]) => [`bad.${name}`, { source }])),
    'good.add': { source: 'export function add(a, b) { return a + b; }' },
  });
  const outcomes: Record<string, number> = {};
  let wrongNeighbour = 0;
  let first = { host: 0, cells: 0 };
  let highest = { host: 0, cells: 0 };
  const settleAt = Math.min(100, calls / 2);
  for (let call = 0; call < calls; call++) {
    const id = ids[call % ids.length] ?? '';
    // Quarantine is the right end for such a plugin; here it is let out again each time.
    if (box.plugins.get(id)?.state === 'Error') await box.plugins.retry(id);
    const code = await codeOf(box.plugins.call(id, 'attack', [], { deadlineMs: 2_000 }));
    outcomes[code] = (outcomes[code] ?? 0) + 1;
    if ((await box.plugins.call('good.add', 'add', [call, 1])) !== call + 1) wrongNeighbour += 1;
    const now = { host: process.memoryUsage.rss(), cells: await memoryOfCells() };
    if (call < settleAt)
      first = { host: Math.max(first.host, now.host), cells: Math.max(first.cells, now.cells) };
    else highest = { host: Math.max(highest.host, now.host), cells: Math.max(highest.cells, now.cells) };
  }
  return {
    calls,
    outcomes,
    cellGrowth: highest.cells - first.cells,
    hostGrowth: highest.host - first.host,
    wrongNeighbour,
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof SignalboxError) return error.code;
    throw error;
  }
}
