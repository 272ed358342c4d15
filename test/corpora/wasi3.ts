/**
 * Runs the prebuilt programs for WASI 0.3 of the WASI test suite, with everything granted that can be. `node test/corpora/wasi3.ts FOLDER [NAME]`, where FOLDER is
 * `tests` of its branch `prod/testsuite-base`, and NAME a part of the names of those to run. Says what each program did that it should not.
 * @see https://github.com/WebAssembly/wasi-testsuite
 */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CallOutcome } from '../../src/ports/sandbox.ts';
import { openHarness } from '../sandbox/harness.ts';
import { run } from '../sandbox/wasi/guests.ts';

/** The file beside a program: what it is given, and how it ends. */
interface Expected {
  readonly root?: string;
  readonly operations?: readonly Operation[];
}

interface Operation {
  readonly type: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exit_code?: number;
}

const [folder = '', wanted = ''] = process.argv.slice(2);
const totals = { passed: 0, failed: 0 };
await using harness = await openHarness(1);
for (const file of globSync(`**/testsuite/wasm32-wasip3/*${wanted}*.wasm`, { cwd: folder }).sort()) {
  const startedAt = performance.now();
  const problem = await problemOf(join(folder, file));
  const took = `${Math.round(performance.now() - startedAt)} ms`;
  if (problem === undefined) totals.passed += 1;
  else totals.failed += 1;
  process.stdout.write(
    problem === undefined
      ? `pass ${basename(file)} ${took}\n`
      : `FAIL ${basename(file)} ${took}: ${problem}\n`,
  );
}
process.stdout.write(`${JSON.stringify(totals)}\n`);

async function problemOf(program: string): Promise<string | undefined> {
  const { root, operations = [] } = expectedOf(program);
  const { args = [], env = {} } = operations.find(({ type }) => type === 'run') ?? {};
  const exitCode = operations.find(({ type }) => type === 'wait')?.exit_code ?? 0;
  try {
    const end = await run(harness, await harness.bytes(readFileSync(program)), args, {
      permissions: [
        ...(root === undefined ? [] : allOf(root)),
        ...['time:read', 'random'],
        ...Object.keys(env).map((name) => `env:read:${name}`),
      ],
      environment: env,
      limits: { fs_ops_per_second: 100_000 },
      deadlineMs: 20_000,
      files: root === undefined ? {} : filesBelow(dirname(program), root),
    });
    if (exitOf(end.outcome) === exitCode) return undefined;
    return [...end.stderr, JSON.stringify(end.outcome).slice(0, 400)].join(' | ');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function expectedOf(program: string): Expected {
  const file = program.replace(/\.wasm$/, '.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

function exitOf(outcome: CallOutcome): unknown {
  switch (outcome.outcome) {
    case 'returned':
      return 0;
    case 'refused':
      return 1;
    default:
      return outcome.error.details?.['status'] ?? outcome.error.code;
  }
}

function filesBelow(suite: string, root: string): Readonly<Record<string, string>> {
  const files = readdirSync(join(suite, root), { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ name }) => [join(root, name), readFileSync(join(suite, root, name), 'utf8')]),
  );
}

function allOf(root: string): readonly string[] {
  return ['list', 'metadata', 'read', 'write'].map((kind) => `fs:${kind}:${root}`);
}
