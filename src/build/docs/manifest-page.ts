import { hostApiVersion, manifestSchema } from '../../manifest/manifest.ts';
import { schemaTable } from './schema-table.ts';

export function manifestPage(): string {
  return `# Manifest

\`plugin.toml\`, in the plugin's folder. This host offers api \`${hostApiVersion}\`. A bare \`.wasm\`, \`.ts\` or \`.js\` file needs no
manifest and then asks for whatever it imports. Unknown keys are ignored.

${schemaTable(manifestSchema)}
`;
}
