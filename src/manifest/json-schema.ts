import { manifestSchema } from './manifest.ts';

/** `plugin.toml` as plain JSON Schema, for editors and documentation. */
export function manifestJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Signalbox plugin manifest',
    // Without what typebox keeps on its schemas for itself.
    ...(JSON.parse(JSON.stringify(manifestSchema)) as Record<string, unknown>),
  };
}
