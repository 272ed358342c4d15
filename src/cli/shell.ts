import process from 'node:process';
import pc from 'picocolors';
import type { Colors } from 'picocolors/types.js';

/** Process exit codes; `--help` documents them. */
export const exitCodes = {
  fine: 0,
  /** A plugin has a problem, or a command about one was refused. */
  problem: 1,
  /** The command line or the config file as a whole makes no sense. */
  unusable: 2,
} as const;

/** An interactive terminal on standard output. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  onResize(listener: () => void): Disposable;
  /** Calls back when the process ends without having disposed of this: a crash must not leave a terminal without cursor. */
  onAbruptEnd(listener: () => void): Disposable;
}

/** What commands may touch of the process they run in. */
export interface Shell {
  readonly cwd: string;
  /** For standard output. */
  readonly colors: Colors;
  /** For standard error. */
  readonly errorColors: Colors;
  /** Absent in a pipe, in a file, in CI and on a terminal that cannot move its cursor. */
  readonly screen?: Screen;
  /** Somebody sits there who can be asked: standard input and output are a terminal. */
  readonly canAsk: boolean;
  /** Writes to standard output; when its reader has gone, to nowhere. */
  print(text: string): void;
  /** Writes to standard error. */
  complain(text: string): void;
  /** Sets the exit code of the process; it ends once nothing is left to do. */
  exitWith(code: number): void;
  /** Calls back once: SIGINT, SIGTERM, or nobody reads standard output any more. The next signal kills the process. */
  onStop(listener: (reason: StopReason) => void): Disposable;
}

export type StopReason = 'SIGINT' | 'SIGTERM' | 'EPIPE';

/** npm forwards the SIGINT of a terminal to a child that has it already; what follows this soon is the same key press. */
const sameSignalMs = 500;

/** The shell of this process. Nothing is installed before a command asks for it. */
export function processShell(): Shell {
  const { stdout, stderr, env } = process;
  const colors = pc.createColors(wantsColors(stdout));
  return {
    cwd: process.cwd(),
    colors,
    errorColors: pc.createColors(wantsColors(stderr)),
    ...(stdout.isTTY && env['TERM'] !== 'dumb' && !env['CI'] && { screen: screenOf(stdout) }),
    canAsk: process.stdin.isTTY === true && stdout.isTTY === true && env['TERM'] !== 'dumb' && !env['CI'],
    print: (text) => void (stdout.writable && stdout.write(text)),
    complain: (text) => void (stderr.writable && stderr.write(text)),
    exitWith: (code) => {
      process.exitCode = code;
    },
    onStop,
  };
}

function onStop(listener: (reason: StopReason) => void): Disposable {
  let firstAt: number | undefined;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      listener(signal);
    } else if (now - firstAt > sameSignalMs) {
      dispose();
      // Exit listeners run first (cells and the cursor depend on them), then the signal ends it: process.exit by itself waits
      // for worker threads, and one that spins may be why someone presses the key again.
      process.once('exit', () => process.kill(process.pid, signal));
      process.exit();
    }
  };
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE' && firstAt === undefined) listener('EPIPE');
  };
  const dispose = (): void => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    process.stdout.off('error', onOutputError);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  process.stdout.on('error', onOutputError);
  return { [Symbol.dispose]: dispose };
}

function screenOf(stdout: NodeJS.WriteStream): Screen {
  return {
    get columns() {
      return stdout.columns;
    },
    get rows() {
      return stdout.rows;
    },
    write: (text) => void stdout.write(text),
    onResize: (listener) => {
      stdout.on('resize', listener);
      return { [Symbol.dispose]: () => void stdout.off('resize', listener) };
    },
    onAbruptEnd: (listener) => {
      process.once('uncaughtExceptionMonitor', listener).once('exit', listener);
      return {
        [Symbol.dispose]: () => void process.off('uncaughtExceptionMonitor', listener).off('exit', listener),
      };
    },
  };
}

/** https://no-color.org and https://force-color.org: set and not empty. */
function wantsColors(stream: NodeJS.WriteStream): boolean {
  const { env } = process;
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
