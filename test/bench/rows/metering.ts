import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { meterModule } from '../../../src/sandbox/metering/meter-module.ts';
import { budgetsWith, newFuel } from '../../support/metered.ts';
import { wasm } from '../../support/web-assembly.ts';
import { kernels } from '../kernels.ts';
import { type MeteredGuest, meteredGuests, plentyOfFuel } from '../metered-guests.ts';
import { type BenchRow, ms } from '../row.ts';

const rounds = 150;
const bound = 1.15;

/** Metered code against the same code as it was: kernels of a few instructions, where metering costs most, and what people run. */
export async function meteringRow(): Promise<readonly BenchRow[]> {
  const rows: (BenchRow & { readonly ratio: number })[] = [];
  for (const guest of [...(await kernelGuests()), ...(await meteredGuests())])
    rows.push(await compare(guest));
  const mean = Math.exp(rows.reduce((sum, { ratio }) => sum + Math.log(ratio), 0) / rows.length);
  return [
    ...rows,
    {
      what: 'metering, geometric mean',
      ours: '',
      ratio: mean,
      bar: `<= ${bound}`,
      holds: mean <= bound,
    },
  ];
}

function kernelGuests(): Promise<readonly MeteredGuest[]> {
  return Promise.all(
    kernels.map(async ({ name, size, fields }) => {
      const bytes = await parse(`(module ${fields})`);
      const fuel = newFuel(plentyOfFuel);
      const [raw, metered] = [
        bytes,
        meterModule(bytes, { maxMemoryPages: 256, maxTableElements: 1_000 }),
      ].map((code) => {
        const instance = new wasm.Instance(new wasm.Module(code), { __signalbox: budgetsWith(fuel) });
        return instance.exports['run'] as (size: number) => number;
      });
      return { name, run: () => raw?.(size), runMetered: () => metered?.(size), fuel };
    }),
  );
}

async function compare({ name, run, runMetered, fuel }: MeteredGuest): Promise<BenchRow & { ratio: number }> {
  if ((await run()) !== (await runMetered())) throw new Error(`${name}: metered and raw differ`);
  const raw = { run, best: Number.POSITIVE_INFINITY };
  const metered = { run: runMetered, best: Number.POSITIVE_INFINITY };
  // The fastest of many short runs, in turns: the other tenants of the machine make runs slower, never faster.
  for (let round = 0; round < rounds; round++) {
    for (const one of [raw, metered]) {
      fuel.value = plentyOfFuel;
      const start = performance.now();
      const result = one.run();
      if (result instanceof Promise) await result;
      one.best = Math.min(one.best, performance.now() - start);
    }
  }
  return {
    what: `metering, ${name}`,
    ours: ms(metered.best),
    raw: ms(raw.best),
    ratio: metered.best / raw.best,
  };
}
