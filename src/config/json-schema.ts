import Type, { type TSchema } from 'typebox';
import { apiSchema } from './api-settings.ts';
import { currentSchemaVersion, entrySchema } from './document.ts';
import { settingsSchema } from './settings.ts';

/** The config file as plain JSON Schema, for editors and documentation. Tables of the host are allowed and not described. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const root = Type.Object(
    {
      signalbox: Type.Optional(settingsSchema),
      api: Type.Optional(apiSchema),
      plugins: Type.Optional(
        Type.Object({
          schema_version: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: currentSchemaVersion,
              description: 'Absent counts as the first',
            }),
          ),
          entries: Type.Optional(
            Type.Array(entrySchema, { description: 'One table [[plugins.entries]] a plugin' }),
          ),
        }),
      ),
    },
    { title: 'Signalbox config', $schema: 'https://json-schema.org/draft/2020-12/schema' },
  );
  return plain(root);
}

/** Without what typebox keeps on its schemas for itself. */
function plain(schema: TSchema): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(schema)) as Readonly<Record<string, unknown>>;
}
