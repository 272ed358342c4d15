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

/** Runs the command line on a terminal; each key is pressed once its text was shown, in their order. */
export async function driveTerminal(
  app: CliApp,
  args: readonly string[],
  keys: readonly (readonly [shown: string, pressed: string])[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn('python3', ['-c', bridge, process.execPath, main, ...args], {
    cwd: app.folder,
    env: {
      ...process.env,
      TERM: 'xterm',
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      CI: undefined,
      XDG_CACHE_HOME: `${app.folder}/.cache`,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const left = [...keys];
  let output = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    for (let next = left[0]; next && output.indexOf(next[0], seen) >= 0; next = left[0]) {
      seen = output.length;
      child.stdin.write(next[1]);
      left.shift();
    }
  });
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on('close', resolve);
  return { code: await promise, output };
}
