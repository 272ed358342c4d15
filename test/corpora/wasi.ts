/**
 * Runs the prebuilt programs of the WASI test suite with everything granted that can be. `node test/corpora/wasi.ts FOLDER`, where FOLDER is
 * `tests` of its branch `prod/testsuite-all`. Says what each program did that it should not.
 * @see https://github.com/WebAssembly/wasi-testsuite
 */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { componentNew, preview1AdapterCommandPath } from '@bytecodealliance/jco';
import type { CallOutcome } from '../../src/ports/sandbox.ts';
import { openHarness } from '../sandbox/harness.ts';
import { run } from '../sandbox/wasi/guests.ts';

/** The file beside a program. */
interface Expected {
  readonly dirs?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exit_code?: number;
  readonly stdout?: string;
}

const adapter = readFileSync(preview1AdapterCommandPath());
const [folder = ''] = process.argv.slice(2);
const totals = { passed: 0, failed: 0 };
await using harness = await openHarness(1);
for (const file of globSync('**/testsuite/wasm32-wasip1/*.wasm', { cwd: folder }).sort()) {
  const problem = await problemOf(join(folder, file));
  if (problem === undefined) totals.passed += 1;
  else totals.failed += 1;
  process.stdout.write(problem === undefined ? `pass ${file}\n` : `FAIL ${file}: ${problem}\n`);
}
process.stdout.write(`${JSON.stringify(totals)}\n`);

async function problemOf(program: string): Promise<string | undefined> {
  const expected = expectedOf(program);
  const { dirs = [], args = [], env = {}, exit_code: exitCode = 0, stdout } = expected;
  try {
    const core = readFileSync(program);
    const prepared = await harness.bytes(await componentNew(core, [['wasi_snapshot_preview1', adapter]]));
    const end = await run(harness, prepared, args, {
      permissions: [...dirs.flatMap(allOf), 'time:read', 'random', ...Object.keys(env).map(readOf)],
      environment: env,
      limits: { fs_ops_per_second: 100_000 },
      deadlineMs: 60_000,
      files: Object.fromEntries(dirs.flatMap((dir) => filesBelow(dirname(program), dir))),
    });
    const said = end.stdout.join('\n');
    if (stdout !== undefined && said !== stdout.trimEnd()) return `it said ${JSON.stringify(said)}`;
    // The adapter knows success and failure alone.
    if ((exitOf(end.outcome) === 0) === (exitCode === 0)) return undefined;
    return [...end.stderr, JSON.stringify(end.outcome).slice(0, 200)].join(' | ');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function expectedOf(program: string): Expected {
  const file = program.replace(/\.wasm$/, '.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

function exitOf(outcome: CallOutcome): unknown {
  if (outcome.outcome === 'returned') return 0;
  return outcome.outcome === 'failed' ? (outcome.error.details?.['status'] ?? 'trap') : outcome.outcome;
}

function filesBelow(suite: string, dir: string): readonly (readonly [string, string])[] {
  const entries = readdirSync(join(suite, dir), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(suite, path), readFileSync(path, 'utf8')] as const;
    });
}

function allOf(dir: string): readonly string[] {
  return ['list', 'metadata', 'read', 'write'].map((kind) => `fs:${kind}:${dir}`);
}

function readOf(name: string): string {
  return `env:read:${name}`;
}
