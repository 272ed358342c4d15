import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CliApp } from './cli-app.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Python's `pty` makes the terminal; its size is set, since one without columns breaks every line after each letter. */
const bridge = `
import fcntl, os, pty, select, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
while True:
    ready = select.select([fd, 0], [], [])[0]
    if fd in ready:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        os.write(1, data)
    if 0 in ready:
        data = os.read(0, 65536)
        if data:
            os.write(fd, data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Whether this machine can make a pseudo terminal. */
export const hasTerminal = spawnSync('python3', ['-c', 'import fcntl, os, pty, termios']).status === 0;

/** The command line on a terminal of its own. */
export interface TerminalProcess extends AsyncDisposable {
  /** What it showed so far. */
  readonly output: string;
  /** Resolves with what matched, once it was shown. */
  shown(pattern: RegExp): Promise<string>;
  press(keys: string): void;
  /** As closing the window does. */
  hangUp(): void;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
}

export function startOnTerminal(folder: string, args: readonly string[]): TerminalProcess {
  const child = spawn('python3', ['-c', bridge, process.execPath, main, ...args], {
    cwd: folder,
    env: {
      ...process.env,
      TERM: 'xterm',
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      CI: undefined,
      XDG_CACHE_HOME: `${folder}/.cache`,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    for (const look of waiting) look();
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<number | null>();
  child.on('close', end);
  const hangUp = (): void => void child.kill('SIGKILL');
  return {
    get output() {
      return output;
    },
    shown: (pattern) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const look = (): void => {
        const [found] = pattern.exec(output) ?? [];
        if (found !== undefined) resolve(found);
      };
      waiting.add(look);
      look();
      return promise.finally(() => waiting.delete(look));
    },
    press: (keys) => void child.stdin.write(keys),
    hangUp,
    ended,
    [Symbol.asyncDispose]: async () => {
      hangUp();
      await ended;
    },
  };
}

/** Runs the command line on a terminal; each key is pressed once its text was shown, in their order. */
export async function driveTerminal(
  app: CliApp,
  args: readonly string[],
  keys: readonly (readonly [shown: string, pressed: string])[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const terminal = startOnTerminal(app.folder, args);
  let seen = 0;
  for (const [shown, pressed] of keys) {
    await Promise.race([
      terminal.shown(new RegExp(`^[^]{${seen}}[^]*?${RegExp.escape(shown)}`)),
      terminal.ended,
    ]);
    seen = terminal.output.length;
    terminal.press(pressed);
  }
  return { code: await terminal.ended, output: terminal.output };
}
