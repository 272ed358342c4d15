import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { slack } from '../../../src/sandbox/metering/call-costs.ts';
import { meterModule } from '../../../src/sandbox/metering/meter-module.ts';
import { fuzz } from '../../support/fuzz.ts';
import { budgetsWith, meterOptions, newFuel, plenty } from '../../support/metered.ts';
import { programs, toText } from '../../support/random-program.ts';
import { runProgram } from '../../support/random-program-run.ts';
import { wasm } from '../../support/web-assembly.ts';

const steps = 60;

describe('random programs', () => {
  fuzz(
    'compute the same metered, pay for all that runs, and pay little for what does not',
    300,
    fc.asyncProperty(programs, fc.nat(100), async (program, value) => {
      const bytes = await parse(toText(program));
      const expected = runProgram(program, steps, value);
      const raw = runWasm(bytes, value);
      const metered = runWasm(meterModule(bytes, meterOptions), value);
      expect([raw.result, metered.result]).toEqual([expected.result, expected.result]);
      const paid = metered.spentAtHost.map((spent, call) => spent >= (expected.costAtHost[call] ?? 0));
      expect(paid).toEqual(expected.costAtHost.map(() => true));
      expect(metered.spent).toBeGreaterThanOrEqual(expected.cost);
      expect(metered.spent).toBeLessThanOrEqual(slack * (expected.cost + 1));
    }),
  );

  fuzz(
    'stop below zero with whatever budget is too small',
    300,
    fc.asyncProperty(
      programs,
      fc.nat(100),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (program, value, part) => {
        const metered = meterModule(await parse(toText(program)), meterOptions);
        const { spent, result } = runWasm(metered, value);
        const budget = BigInt(Math.floor(spent * part));
        const short = runWasm(metered, value, budget);
        if (budget < spent) expect([short.result, short.left < 0n]).toEqual(['unreachable', true]);
        else expect(short.result).toBe(result);
      },
    ),
  );
});

interface WasmRun {
  readonly result: unknown;
  readonly spent: number;
  readonly left: bigint;
  readonly spentAtHost: readonly number[];
}

function runWasm(bytes: Uint8Array, value: number, budget = plenty): WasmRun {
  const fuel = newFuel(budget);
  const left = (): bigint => BigInt(String(fuel.value));
  const spentAtHost: number[] = [];
  const look = (): void => {
    spentAtHost.push(Number(budget - left()));
  };
  const { exports } = new wasm.Instance(new wasm.Module(bytes), {
    host: { look },
    __signalbox: budgetsWith(fuel),
  });
  const { run, steps: stepsLeft } = exports;
  Object.assign(stepsLeft as object, { value: steps });
  let result: unknown;
  try {
    result = (run as (value: number) => number)(value);
  } catch (error) {
    result = error instanceof Error && error.message === 'unreachable' ? 'unreachable' : 'threw';
  }
  return { result, spent: Number(budget - left()), left: left(), spentAtHost };
}
