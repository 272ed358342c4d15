import { toMermaid } from '../../inspect/mermaid.ts';
import { machines } from '../../machines.ts';

export function machinesPage(): string {
  const sections = machines().map(
    ({ name, machine }) => `## ${name}\n\n\`\`\`mermaid\n${toMermaid(machine).trimEnd()}\n\`\`\`\n`,
  );
  return `# Machines

Every lifecycle is one of these XState machines, drawn from the code that runs. \`signalbox graph\` prints the same.

${sections.join('\n')}`;
}
