import Type, { type Static } from 'typebox';
import { entrySchema } from './config.ts';
import { errorRecordSchema } from './error-record.ts';

/** What author and operator say of a plugin. */
export const pluginAboutSchema = Type.Object({
  entry: Type.Optional(entrySchema),
  manifest: Type.Optional(
    Type.Object({
      version: Type.String(),
      kind: Type.Enum(['component', 'script']),
      description: Type.Optional(Type.String()),
      authors: Type.Optional(Type.Array(Type.String())),
      license: Type.Optional(Type.String()),
      exports: Type.Optional(Type.Array(Type.String())),
      config_schema: Type.Optional(Type.Unknown({ description: 'JSON Schema of its settings' })),
    }),
  ),
  problem: Type.Optional(errorRecordSchema),
  limits: Type.Record(Type.String(), Type.Number(), {
    description: 'The lower of policy, manifest and entry',
  }),
});
export type PluginAbout = Readonly<Static<typeof pluginAboutSchema>>;
