import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import createPlugin from '@extism/extism';
import { getQuickJS } from 'quickjs-emscripten';
import { createTestRuntime } from '../../../src/testing.ts';
import { type BenchRow, ms, type Spread, timed, us } from '../row.ts';

const calls = 2_000;
const loads = 30;
const warmup = 200;

interface Measured {
  readonly load: Spread;
  readonly call: Spread;
}

/**
 * The same trivial function: loaded, and called. Extism runs it in its worker, so that it cannot hold up the host; quickjs-emscripten
 * has no way but the host's own thread.
 */
export async function peersRow(): Promise<readonly BenchRow[]> {
  const ours = await signalbox();
  const peers = { Extism: await extism(), 'quickjs-emscripten': await quickjs() };
  return Object.entries(peers).flatMap(([peer, { load, call }]) => [
    {
      what: `load beside ${peer}`,
      ours: ms(ours.load.median),
      raw: ms(load.median),
      ratio: ours.load.median / load.median,
      bar: 'for comparison',
      holds: true,
    },
    {
      what: `call round trip beside ${peer}`,
      ours: us(ours.call.median),
      raw: us(call.median),
      ratio: ours.call.median / call.median,
      bar: 'for comparison',
      holds: true,
    },
  ]);
}

async function signalbox(): Promise<Measured> {
  await using box = await createTestRuntime({
    plugins: { 'bench.one': { source: 'export function one() { return 1; }' } },
  });
  const call = await timed(calls, () => box.plugins.call('bench.one', 'one'), warmup);
  await box.plugins.disable('bench.one');
  const samples = await timed(loads, async () => {
    await box.plugins.enable('bench.one');
    await box.plugins.disable('bench.one');
  });
  return { call, load: samples };
}

async function extism(): Promise<Measured> {
  const data = await parse('(module (func (export "one") (result i32) (i32.const 0)))');
  const open = () => createPlugin({ wasm: [{ data }] }, { runInWorker: true });
  const plugin = await open();
  const call = await timed(calls, () => plugin.call('one'), warmup);
  await plugin.close();
  const load = await timed(loads, async () => (await open()).close());
  return { call, load };
}

async function quickjs(): Promise<Measured> {
  const engine = await getQuickJS();
  const open = () => {
    const context = engine.newContext();
    context.unwrapResult(context.evalCode('function one() { return 1; }')).dispose();
    return context;
  };
  const context = open();
  const one = context.getProp(context.global, 'one');
  const call = await timed(
    calls,
    async () => {
      const result = context.unwrapResult(context.callFunction(one, context.undefined));
      context.dump(result);
      result.dispose();
    },
    warmup,
  );
  one.dispose();
  context.dispose();
  const load = await timed(loads, async () => open().dispose());
  return { call, load };
}
