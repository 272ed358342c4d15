import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import { openApiOf } from '../../src/admin/open-api.ts';
import { routes } from '../../src/admin/routes.ts';

const document = openApiOf({ routes, prefix: '/api/v1', version: '1.2.3' });

const text = Type.String({ minLength: 1 });
const closed = { additionalProperties: false };
const schemaObject = Type.Union([Type.Object({}), Type.Boolean()]);
const content = Type.Record(
  Type.String({ pattern: '^[a-z]+/[a-z.+-]+(; .*)?$' }),
  Type.Object({ schema: schemaObject }, closed),
);
const reference = Type.Object({ $ref: Type.String({ pattern: '^#/components/' }) }, closed);
const response = Type.Union([
  Type.Object({ description: text, content: Type.Optional(content) }, closed),
  reference,
]);
const parameter = Type.Object(
  {
    name: text,
    in: Type.Enum(['path', 'query', 'header']),
    required: Type.Boolean(),
    description: Type.Optional(text),
    schema: schemaObject,
  },
  closed,
);
const operation = Type.Object(
  {
    operationId: Type.String({ pattern: '^[a-z][A-Za-z]+$' }),
    summary: text,
    security: Type.Optional(Type.Array(Type.Object({}))),
    'x-scope': Type.Optional(Type.Enum(['read', 'write', 'admin'])),
    parameters: Type.Array(parameter),
    requestBody: Type.Optional(Type.Object({ required: Type.Boolean(), content }, closed)),
    responses: Type.Record(Type.String({ pattern: '^([1-5][0-9][0-9]|default)$' }), response),
  },
  closed,
);
/** What https://spec.openapis.org/oas/3.1/schema/2022-10-07 says of the parts we use. */
const openApi = Type.Object(
  {
    openapi: Type.String({ pattern: '^3\\.1\\.\\d+$' }),
    info: Type.Object(
      {
        title: text,
        version: text,
        summary: text,
        license: Type.Object({ name: text, identifier: text }, closed),
      },
      closed,
    ),
    jsonSchemaDialect: text,
    servers: Type.Array(Type.Object({ url: text }, closed)),
    security: Type.Array(Type.Record(Type.String(), Type.Array(Type.String()))),
    paths: Type.Record(
      Type.String({ pattern: '^/' }),
      Type.Record(Type.String({ pattern: '^(get|post|patch|delete)$' }), operation),
    ),
    components: Type.Object(
      {
        schemas: Type.Record(Type.String(), schemaObject),
        responses: Type.Record(Type.String(), response),
        securitySchemes: Type.Record(
          Type.String(),
          Type.Object({ type: Type.Literal('http'), scheme: text, description: text }, closed),
        ),
      },
      closed,
    ),
  },
  closed,
);

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
}

const operations = Object.entries(
  (document as { paths: Record<string, Record<string, Operation>> }).paths,
).flatMap(([path, methods]) => Object.values(methods).map((each) => ({ path, ...each })));

describe('the OpenAPI document', () => {
  test('has the form of OpenAPI 3.1', () => {
    expect(Compile(openApi as TSchema).Errors(document)).toEqual([true, []]);
  });

  test('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  test('names each operation once', () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(names.toSorted()).toEqual([...new Set(names)].sort());
    expect(names).toHaveLength(routes.length);
  });

  test('describes the parameters its paths have, and requires them', () => {
    const described = operations.map(({ path, parameters }) => [
      path,
      parameters.filter((each) => each.in === 'path' && each.required).map(({ name }) => name),
    ]);
    const written = operations.map(({ path }) => [
      path,
      [...path.matchAll(/\{(.+?)\}/g)].map(([, name]) => name),
    ]);
    expect(described).toEqual(written);
  });

  test('refers to nothing that is not there', () => {
    const found = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) =>
      path.split('/').reduce<unknown>((value, key) => Object(value)[key], document),
    );
    expect(found.length).toBeGreaterThan(0);
    expect(found).not.toContain(undefined);
  });

  test('holds schemas that compile', () => {
    for (const { body, params, query, answer } of routes) {
      const schemas = [body, params, query, answer.kind === 'json' ? answer.schema : undefined];
      for (const schema of schemas) if (schema) Compile(schema).Check({});
    }
  });
});
