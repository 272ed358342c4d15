import { expect, test } from 'vitest';
import { manifestJsonSchema } from '../../src/manifest/json-schema.ts';

test('the manifest has a JSON Schema that survives being written to a file', () => {
  const schema = manifestJsonSchema();
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    required: ['id', 'version', 'kind', 'entry'],
    properties: { kind: { enum: ['component', 'script'] }, tick_ms: { type: 'integer', minimum: 50 } },
  });
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
});
