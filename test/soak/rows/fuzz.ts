import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Type from 'typebox';
import { Parse } from 'typebox/value';
import { perSecond, type SoakRow } from '../row.ts';

/** Runs of the suite times this: about a million of the cheap properties. */
const times = 1_000;
/** THREATS: 50 ms an input at most. One that shares its machine may take longer now and then; the row only tells. */
const slowMs = 50;

const reportSchema = Type.Object({
  testResults: Type.Array(
    Type.Object({
      assertionResults: Type.Array(
        Type.Object({
          fullName: Type.String(),
          status: Type.String(),
          duration: Type.Optional(Type.Number()),
          failureMessages: Type.Array(Type.String()),
          meta: Type.Object({
            fuzz: Type.Optional(Type.Object({ runs: Type.Number(), slowestMs: Type.Number() })),
          }),
        }),
      ),
    }),
  ),
});

/** The properties of test/fuzz and of metering, each as a row. */
export async function fuzzRows(scale: number, seed: number): Promise<readonly SoakRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-fuzz-'));
  const report = join(folder, 'report.json');
  try {
    const vitest = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));
    const what = ['test/fuzz', 'test/sandbox/metering/mutations', 'test/sandbox/metering/random-programs'];
    const child = spawn(
      process.execPath,
      [
        vitest,
        'run',
        '--config',
        'test/vitest.config.ts',
        '--reporter=json',
        `--outputFile=${report}`,
        ...what,
      ],
      {
        cwd: fileURLToPath(new URL('../../..', import.meta.url)),
        env: { ...process.env, SOAK: String(times * scale), SOAK_SEED: String(seed) },
        stdio: 'ignore',
      },
    );
    await once(child, 'exit');
    const { testResults } = Parse(reportSchema, JSON.parse(await readFile(report, 'utf8')));
    return testResults.flatMap(({ assertionResults }) => assertionResults.flatMap(rowOf));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Assertion {
  readonly fullName: string;
  readonly status: string;
  readonly duration?: number;
  readonly failureMessages: readonly string[];
  readonly meta: { readonly fuzz?: { readonly runs: number; readonly slowestMs: number } };
}

/** Tests that fuzz nothing are told only when they fail. */
function rowOf({
  fullName,
  status,
  duration = 0,
  failureMessages,
  meta: { fuzz },
}: Assertion): readonly SoakRow[] {
  if (!fuzz && status === 'passed') return [];
  const problem = failureMessages.join(' ').split('\n').slice(0, 3).join(' ');
  return [
    {
      what: `fuzz: ${fullName}`,
      done: fuzz ? `${fuzz.runs} inputs` : problem,
      ...(fuzz && {
        rate: perSecond(fuzz.runs, duration),
        drift: `slowest ${fuzz.slowestMs.toFixed(1)} ms${fuzz.slowestMs > slowMs ? ' (slow)' : ''}`,
      }),
      bar: 'holds for all',
      holds: status === 'passed',
    },
  ];
}
