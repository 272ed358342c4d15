import type { LineSplitter } from '../wasi/log-lines.ts';
import type { WasiInterfaces } from '../wasi/wasi-context.ts';
import { type GuestStream, type GuestStreams, nothing, ok, type Result } from './guest-stream.ts';

/** `wasi:cli` 0.2 of the same instance, and where its lines go. */
interface Cli {
  readonly imports: WasiInterfaces & {
    readonly 'wasi:cli/environment': Readonly<
      Record<'getEnvironment' | 'getArguments' | 'initialCwd', () => unknown>
    >;
  };
  readonly out: LineSplitter;
  readonly err: LineSplitter;
}

const same = [
  'exit',
  'terminal-input',
  'terminal-output',
  'terminal-stdin',
  'terminal-stdout',
  'terminal-stderr',
];

/** `wasi:cli` 0.3: as that of 0.2, with stdin, stdout and stderr as streams. */
export function cliImports(streams: GuestStreams, { imports, out, err }: Cli): WasiInterfaces {
  const { getEnvironment, getArguments, initialCwd } = imports['wasi:cli/environment'];
  const log =
    (lines: LineSplitter) =>
    async (stream: GuestStream): Promise<Result> => {
      await streams.drain(stream, (bytes) => lines.write(bytes));
      return ok;
    };
  return {
    ...Object.fromEntries(same.map((name) => [`wasi:cli/${name}@0.3`, imports[`wasi:cli/${name}`] ?? {}])),
    'wasi:cli/types@0.3': {},
    'wasi:cli/environment@0.3': { getEnvironment, getArguments, getInitialCwd: initialCwd },
    'wasi:cli/stdin@0.3': { readViaStream: () => [nothing(), Promise.resolve(ok)] },
    'wasi:cli/stdout@0.3': { writeViaStream: log(out) },
    'wasi:cli/stderr@0.3': { writeViaStream: log(err) },
  };
}
