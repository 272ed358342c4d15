import { Command } from 'commander';
import { packageVersion } from '../package-version.ts';
import { addCheckCommand } from './check.ts';
import { addControlCommands } from './control.ts';
import { addGraphCommand } from './graph.ts';
import { addInfoCommand } from './info.ts';
import { addListCommand } from './list.ts';
import { addLogsCommand } from './logs.ts';
import { addRunCommand } from './run.ts';
import type { Shell } from './shell.ts';
import { addToggleCommands } from './toggle.ts';
import { addTokenCommands } from './token.ts';

const help = `
Exit codes: 0 fine; 1 a plugin has a problem, or what was asked of it was refused; 2 the command line or the config makes no sense.
Errors go to standard error; with --json they are {"error": {code, message, hint, location}} on standard output.
NO_COLOR turns colors off, FORCE_COLOR=1 turns them on.`;

/**
 * The command line as commander objects, from which the reference page is generated too. Parsing it does what it says. Each
 * command imports what it runs on only then: the engine takes ten times as long to load as `--help` to print.
 */
export function createProgram(shell: Shell): Command {
  const program = new Command('signalbox')
    .description("Run other people's code inside your TypeScript application")
    .version(packageVersion())
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: shell.print, writeErr: shell.complain })
    .addHelpText('after', help);
  addRunCommand(program, shell);
  addListCommand(program, shell);
  addInfoCommand(program, shell);
  addToggleCommands(program, shell);
  addControlCommands(program, shell);
  addLogsCommand(program, shell);
  addCheckCommand(program, shell);
  addGraphCommand(program, shell);
  addTokenCommands(program, shell);
  return program;
}
