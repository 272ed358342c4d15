import type { TObject, TSchema } from 'typebox';
import { problemSchema } from '../wire/error-record.ts';
import { problemMediaType } from './problem.ts';
import { pathOf, type Route } from './route.ts';

interface Described {
  readonly routes: readonly Route[];
  readonly prefix: string;
  readonly version: string;
}

/** The routes as an OpenAPI 3.1 document, plain JSON. */
export function openApiOf({ routes, prefix, version }: Described): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = pathOf(route, prefix);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  const document = {
    openapi: '3.1.1',
    info: {
      title: 'Signalbox admin API',
      version,
      summary: 'Watch and steer a runtime of plugins',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: { Problem: problemSchema },
      responses: {
        Problem: {
          description: 'Refused or failed',
          content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Made by "signalbox token create"' },
      },
    },
  };
  // Without what typebox keeps on its schemas for itself.
  return JSON.parse(JSON.stringify(document));
}

function operationOf(route: Route): object {
  const { operation, summary, scope, params, query, body } = route;
  return {
    operationId: operation,
    summary,
    ...(scope === 'public' ? { security: [] } : { 'x-scope': scope }),
    parameters: [
      ...parametersOf('path', params),
      ...parametersOf('query', query),
      ...(takesKey(route) ? [idempotencyKey] : []),
      ...(route.answer.kind === 'events' ? [lastEventId] : []),
    ],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: { ...successOf(route), default: { $ref: '#/components/responses/Problem' } },
  };
}

/** Requests that change something may be repeated with a key. */
export function takesKey({ method }: Route): boolean {
  return method !== 'GET';
}

function successOf({ answer, summary }: Route): object {
  const of = (mediaType: string, schema: TSchema) => ({
    description: summary,
    content: { [mediaType]: { schema } },
  });
  switch (answer.kind) {
    case 'json':
      return { [answer.status ?? 200]: of('application/json', answer.schema) };
    case 'nothing':
      return { 204: { description: summary } };
    case 'text':
      return { 200: of(answer.mediaType, { type: 'string' }) };
    case 'events':
      return { 200: of('text/event-stream', { type: 'string' }) };
  }
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Makes a repeated request answer what the first one did',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};
const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'Go on behind the event of this id; when that is gone, a "reset" event holds the whole board',
  schema: { type: 'string', maxLength: 64 },
};

function parametersOf(place: 'path' | 'query', schema: TObject): readonly object[] {
  const required: readonly string[] = schema.required ?? [];
  return Object.entries(schema.properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }));
}
