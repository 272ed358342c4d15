import type { FastifyReply, FastifyRequest } from 'fastify';
import { fingerprint } from '../core/fingerprint.ts';
import type { Authenticate, Principal } from './access.ts';
import { type Answer, answerOf, answerOfThrown, sendAnswer } from './answer.ts';
import type { EventStreams } from './event-streams.ts';
import type { IdempotencyKeys } from './idempotency.ts';
import { takesKey } from './open-api.ts';
import { EventsWanted, type Route, type RouteInput } from './route.ts';
import type { AdminService } from './service.ts';

interface ResponderInput {
  readonly service: AdminService;
  readonly streams: EventStreams;
  readonly keys: IdempotencyKeys;
  readonly authenticate: Authenticate;
  readonly onFault: (error: unknown) => void;
}

type Respond = (
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  principal: Principal | undefined,
) => Promise<FastifyReply>;

/** Runs the handlers of routes for requests that were let in and fit their schemas. */
export function createResponder({ service, streams, keys, authenticate, onFault }: ResponderInput): Respond {
  return async (route, request, reply, principal) => {
    const key = takesKey(route) ? headerOf(request, 'idempotency-key') : undefined;
    const input: RouteInput = {
      params: request.params,
      query: request.query,
      body: request.body,
      // Whoever can ask again for the answer may go away meanwhile.
      signal: key === undefined ? goneSignal(reply) : new AbortController().signal,
      lastEventId: headerOf(request, 'last-event-id'),
    };
    if (route.answer.kind === 'events') {
      const { authorization } = request.headers;
      const wanted = route.handle(service, input);
      if (!(wanted instanceof EventsWanted)) throw new TypeError(`${route.operation} wants no events`);
      const owner = principal?.id ?? '';
      streams.checkRoom(owner);
      reply.hijack();
      reply.headers(eventHeaders);
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value);
      reply.raw.writeHead(200);
      streams.attach(reply.raw, {
        owner,
        query: wanted.query,
        lastEventId: wanted.lastEventId,
        recheck: () => authenticate(authorization, request.ip ?? ''),
      });
      return reply;
    }

    const work = async (): Promise<Answer> => {
      try {
        return answerOf(route, await route.handle(service, input));
      } catch (thrown) {
        return answerOfThrown(thrown, onFault);
      }
    };
    if (key === undefined) return sendAnswer(reply, await work());
    const asked = fingerprint([request.method, request.url, request.body ?? null]);
    const { answer, isRepeated } = await keys.once(principal?.id ?? '', key, asked, work);
    if (isRepeated) reply.header('idempotency-replayed', 'true');
    return sendAnswer(reply, answer);
  };
}

const eventHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Proxies would hold events back until they have enough of them.
  'x-accel-buffering': 'no',
} as const;

/** Aborted when the connection closes before the response was sent. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableEnded) gone.abort();
  });
  return gone.signal;
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  return headers[name]?.toString();
}
