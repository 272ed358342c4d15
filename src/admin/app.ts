import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { SignalboxError } from '../core/errors.ts';
import { type Authenticate, type Principal, requireScope } from './access.ts';
import { answerOfThrown, sendAnswer } from './answer.ts';
import type { EventStreams } from './event-streams.ts';
import type { HostHeaders } from './host-check.ts';
import type { IdempotencyKeys } from './idempotency.ts';
import { checkNesting } from './json-body.ts';
import { type Page, servePage } from './page.ts';
import { refuseUnknown, refuseUnreadable } from './refusals.ts';
import { createResponder } from './responder.ts';
import { defaultBodyBytes, pathOf, type Route } from './route.ts';
import type { AdminService } from './service.ts';

export interface AppInput {
  readonly service: AdminService;
  readonly routes: readonly Route[];
  readonly prefix: string;
  readonly authenticate: Authenticate;
  /** Looks at each request first. Absent on a unix socket, which no browser reaches. */
  readonly checkHost?: (headers: HostHeaders) => void;
  /** From one address; absent: as many as come. */
  readonly requestsPerMinute?: number;
  readonly streams: EventStreams;
  readonly keys: IdempotencyKeys;
  /** The dashboard, served at the root to whoever asks: it holds nothing, and asks the routes with a token. */
  readonly page?: Page | undefined;
  /** Told of errors that are no answer to a request of anybody: bugs. */
  readonly onFault: (error: unknown) => void;
}

/** Longer than any plugin id; the schema of the parameter decides. */
const maxParamChars = 256;
/** For the whole of a request; events are a response. */
const requestMs = 60_000;

/** Answers are no pages, and nobody may keep them; the dashboard says otherwise of itself. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** The HTTP server of one way in, not listening yet. What every request passes is here, in this order, before any body is read. */
export async function createApp(input: AppInput): Promise<FastifyInstance> {
  const { authenticate, checkHost, requestsPerMinute, onFault } = input;
  const app = fastify({
    bodyLimit: defaultBodyBytes,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    requestTimeout: requestMs,
    routerOptions: { maxParamLength: maxParamChars },
    // Node's own refusal has no body.
    http: { requireHostHeader: false },
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (error, _request, reply) => void sendAnswer(reply, answerOfThrown(error, onFault)),
  });
  const principals = new WeakMap<FastifyRequest, Principal>();

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    requireOneHost(request);
    checkHost?.(request.headers);
  });
  if (requestsPerMinute !== undefined) {
    await app.register(rateLimit, {
      global: false,
      max: requestsPerMinute,
      timeWindow: '1 minute',
      enableDraftSpec: true,
      errorResponseBuilder: () =>
        new SignalboxError('API_RATE_LIMITED', `More than ${requestsPerMinute} requests in a minute`, {
          hint: 'Wait as long as Retry-After says, or raise requests_per_minute in [api]',
        }),
    });
    app.addHook('onRequest', app.rateLimit());
  }
  const routeOf = new Map(input.routes.map((route) => [route.operation, route]));
  app.addHook('onRequest', async (request) => {
    const route = routeOf.get(request.routeOptions.config.operation ?? '');
    if (!route || route.scope === 'public') return;
    const principal = await authenticate(request.headers.authorization, request.ip ?? '');
    requireScope(principal, route.scope);
    principals.set(request, principal);
  });

  readJson(app);
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => validatorFor(schema, httpPart ?? ''));
  app.setErrorHandler((error, _request, reply) => sendAnswer(reply, answerOfThrown(error, onFault)));
  refuseUnknown(app, input);

  if (input.page) servePage(app, input.page);
  const respond = createResponder(input);
  for (const route of input.routes) {
    app.route({
      method: route.method,
      url: pathOf(route, input.prefix).replaceAll(/\{([a-z]+)\}/g, ':$1'),
      schema: { params: route.params, querystring: route.query, ...(route.body && { body: route.body }) },
      ...(route.maxBodyBytes !== undefined && { bodyLimit: route.maxBodyBytes }),
      config: { operation: route.operation },
      handler: (request, reply) => respond(route, request, reply, principals.get(request)),
    });
  }
  return app;
}

/** RFC 9112, 3.2. Of several, others on the way might have believed another one. */
function requireOneHost({ raw }: FastifyRequest): void {
  const { length } = raw.headersDistinct['host'] ?? [];
  if (length === 1 || (length === 0 && raw.httpVersion === '1.0')) return;
  throw new SignalboxError(
    'API_REQUEST_INVALID',
    `The request names ${length === 0 ? 'no host' : 'two hosts'}`,
  );
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Names the route of our table. */
    operation?: string;
  }
}

/** JSON and nothing else; keys that could reach a prototype are refused. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      checkNesting(body);
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error;
      return done(error);
    }
    return parse(request, body.toString('utf8'), done);
  });
}

/** Path and query are text: whole numbers in them are read as such before they are checked. */
function validatorFor(schema: TSchema, part: string) {
  const validator = Compile(schema);
  const isText = part === 'params' || part === 'querystring';
  return (given: unknown) => {
    const value = isText ? withNumbers(Object(given), schema) : given;
    if (validator.Check(value)) return { value };
    const [problem] = validator.Errors(value);
    const place = `${part}${problem?.instancePath ?? ''}`;
    return {
      error: new SignalboxError('API_REQUEST_INVALID', `The ${place} ${problem?.message ?? 'does not fit'}`, {
        hint: 'The schema of every request is in openapi.json',
      }),
    };
  };
}

function withNumbers(given: Readonly<Record<string, unknown>>, schema: TSchema): unknown {
  const properties: Readonly<Record<string, TSchema>> =
    'properties' in schema ? Object(schema.properties) : {};
  const isNumber = (key: string, value: unknown): value is string =>
    Object.hasOwn(properties, key) &&
    Object(properties[key]).type === 'integer' &&
    typeof value === 'string' &&
    /^(0|[1-9][0-9]{0,14})$/.test(value);
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, isNumber(key, value) ? Number(value) : value]),
  );
}
