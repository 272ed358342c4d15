import { errorCatalogue } from '../../core/error-catalogue.ts';
import { markdownTable } from './schema-table.ts';

const mender = {
  user: 'who wrote the config',
  plugin: "the plugin's author",
  host: 'the host application, or us',
} as const;

export function errorsPage(): string {
  const rows = Object.entries(errorCatalogue).map(([code, { summary, blame, retry }]) => [
    `\`${code}\``,
    summary,
    mender[blame],
    retry === 'backoff' ? 'yes' : '',
  ]);
  return `# Errors

Every error is a \`SignalboxError\` with a \`code\` of this table, a \`message\`, and where they help a \`hint\` that mends it, a
\`location\` and \`details\`. Match on \`code\`, never on \`message\`. As plain data (\`ErrorRecord\`) it is what relays, statuses and
\`--json\` carry.

*Retried*: the same attempt may succeed later, so the runtime tries again by itself. All others wait until something changes.

${markdownTable(['code', 'meaning', 'who can mend it', 'retried'], rows)}
`;
}
