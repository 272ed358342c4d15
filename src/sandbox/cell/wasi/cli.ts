import { SignalboxError } from '../../../core/errors.ts';
import { LineSplitter, LogLines } from './log-lines.ts';
import { Unobtainable } from './resource.ts';
import { emptySource, InputStream, OutputStream, type Sink } from './streams.ts';
import type { WasiContext } from './wasi-context.ts';

/** Bytes a write to the log may have; lines go out as they come. */
const logRoomBytes = 64 * 1024;

class TerminalInput extends Unobtainable {}
class TerminalOutput extends Unobtainable {}

/** `wasi:cli`: the arguments and variables that were granted, an empty stdin, the log as stdout and stderr, no terminal. */
export function cliImports(context: WasiContext) {
  const { grant, host, denials } = context;
  const lines = new LogLines(host, grant.logLinesPerSecond);
  const out = new LineSplitter(lines, 'info');
  const err = new LineSplitter(lines, 'warn');
  const exit = (status: number): never => {
    const error = new SignalboxError('GUEST_EXITED', `The guest ended itself with status ${status}`, {
      details: { status },
    });
    host.fail(error);
    throw error;
  };
  return {
    out,
    err,
    endLines: (): void => {
      out.end();
      err.end();
    },
    imports: {
      'wasi:cli/environment': {
        getEnvironment: () => {
          if (grant.environment.length === 0) denials.tell('environment');
          return grant.environment;
        },
        getArguments: () => grant.arguments,
        initialCwd: () => undefined,
      },
      'wasi:cli/exit': {
        exit: ({ tag }: { readonly tag: 'ok' | 'err' }) => exit(tag === 'ok' ? 0 : 1),
        exitWithCode: exit,
      },
      'wasi:cli/stdin': { getStdin: () => new InputStream(context, emptySource) },
      'wasi:cli/stdout': { getStdout: () => new OutputStream(context, logSink(out)) },
      'wasi:cli/stderr': { getStderr: () => new OutputStream(context, logSink(err)) },
      'wasi:cli/terminal-input': { TerminalInput },
      'wasi:cli/terminal-output': { TerminalOutput },
      'wasi:cli/terminal-stdin': { getTerminalStdin: () => undefined },
      'wasi:cli/terminal-stdout': { getTerminalStdout: () => undefined },
      'wasi:cli/terminal-stderr': { getTerminalStderr: () => undefined },
    },
  };
}

/** A flush is no end of a line: libraries flush in the middle of one. */
function logSink(splitter: LineSplitter): Sink {
  return {
    room: () => logRoomBytes,
    write: (bytes) => splitter.write(bytes),
    flush: async () => {},
  };
}
