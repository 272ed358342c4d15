import { configJsonSchema } from '../../config/json-schema.ts';
import { schemaTable } from './schema-table.ts';

export function configPage(): string {
  return `# Config

One TOML file of any name. Tables not named here belong to the host application and are never touched. Unknown keys in ours survive
every save and are warned about once. Saving is a minimal edit of the text: comments, order and blank lines stay.

${schemaTable(configJsonSchema())}
`;
}
