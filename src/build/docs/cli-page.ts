import type { Command } from 'commander';
import { createProgram } from '../../cli/program.ts';
import { processShell } from '../../cli/shell.ts';

const helpColumns = 100;

export function cliPage(): string {
  const printed: string[] = [];
  const program = createProgram({ ...processShell(), print: (text) => void printed.push(text) });
  const helpOf = (command: Command): string => {
    printed.length = 0;
    command
      .configureOutput({ getOutHelpWidth: () => helpColumns, getOutHasColors: () => false })
      .outputHelp();
    return `\`\`\`text\n${printed.join('').trim()}\n\`\`\`\n`;
  };
  const sections = program.commands.flatMap((command) => [
    `## signalbox ${command.name()}\n\n${helpOf(command)}`,
    ...command.commands.map((below) => `### signalbox ${command.name()} ${below.name()}\n\n${helpOf(below)}`),
  ]);
  return `# Command line

${helpOf(program)}
${sections.join('\n')}`;
}
