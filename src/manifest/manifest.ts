import Type, { type Static } from 'typebox';
import { limitsSchema } from '../permissions/limits.ts';

/** The version of `wit/` this host speaks. A plugin's `api` needs the same major and at most this minor. */
export const hostApiVersion = '0.1.0';

export const manifestSchema = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 128 }),
    version: Type.String({ description: 'Semantic version: 1.2.3' }),
    description: Type.Optional(Type.String()),
    authors: Type.Optional(Type.Array(Type.String())),
    license: Type.Optional(Type.String()),
    kind: Type.Enum(['component', 'script']),
    entry: Type.String({ minLength: 1, description: 'The .wasm, .ts or .js file, relative to plugin.toml' }),
    api: Type.Optional(Type.String({ description: 'Version of signalbox:plugin: 0.1' })),
    exports: Type.Optional(
      Type.Array(Type.String(), { description: 'Exports that hosts may call; all when absent' }),
    ),
    tags: Type.Optional(Type.Array(Type.String())),
    tick_ms: Type.Optional(Type.Integer({ minimum: 50, description: 'Ask for a tick event this often' })),
    permissions: Type.Optional(
      Type.Array(
        Type.Object({
          want: Type.String({
            description: 'domain:action[:scope]; a scope may be * when the operator decides',
          }),
          reason: Type.String({ minLength: 1 }),
          optional: Type.Optional(Type.Boolean()),
        }),
      ),
    ),
    dependencies: Type.Optional(
      Type.Array(
        Type.Object({
          id: Type.String(),
          version: Type.Optional(Type.String()),
          optional: Type.Optional(Type.Boolean()),
        }),
      ),
    ),
    config_schema: Type.Optional(Type.Unknown({ description: 'JSON Schema of the config table' })),
    limits: Type.Optional(Type.Partial(limitsSchema)),
  },
  { description: 'plugin.toml' },
);

/** What the author says of a plugin: the parsed `plugin.toml`. Unknown keys are allowed and ignored. */
export type Manifest = Readonly<Static<typeof manifestSchema>>;
