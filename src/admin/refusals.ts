import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { SignalboxError } from '../core/errors.ts';
import { plainJson } from '../core/plain-json.ts';
import { answerOfThrown, sendAnswer } from './answer.ts';
import { problemMediaType, problemOf } from './problem.ts';
import { pathOf, type Route } from './route.ts';

interface RefusalsInput {
  readonly routes: readonly Route[];
  readonly prefix: string;
  readonly onFault: (error: unknown) => void;
}

/** Requests that no route is for: another method of a path there is, or no such path. */
export function refuseUnknown(app: FastifyInstance, { routes, prefix, onFault }: RefusalsInput): void {
  const paths = routes.map((route) => ({ method: route.method, form: formOf(pathOf(route, prefix)) }));
  app.setNotFoundHandler(({ method, url }, reply) => {
    const [path = ''] = url.split('?');
    const allowed = paths.filter(({ form }) => form.test(path)).map((each) => each.method);
    const error =
      allowed.length > 0
        ? new SignalboxError('API_METHOD_REFUSED', `This path has no ${method}`, {
            hint: `It has ${allowed.join(' and ')}`,
            details: { allowed },
          })
        : new SignalboxError('API_ROUTE_UNKNOWN', 'There is nothing at this path', {
            hint: `What there is stands in ${prefix}/openapi.json`,
          });
    return sendAnswer(reply, answerOfThrown(error, onFault));
  });
}

/** `/plugins/{id}` as an expression; templates hold nothing else that expressions read otherwise. */
function formOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '[.]').replaceAll(/\{[a-z]+\}/g, '[^/]+')}$`);
}

/** What the parser of requests stops at; other codes are for what is no HTTP. */
const statusOfParserCode: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/** Answers what could not be read as a request, so that there is nothing to reply to yet, and ends its connection. */
export function refuseUnreadable({ code = '' }: { readonly code?: string }, socket: Duplex): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusOfParserCode[code] ?? 400;
  const error = new SignalboxError('API_REQUEST_INVALID', 'The request is not HTTP as this server reads it', {
    hint: 'Send HTTP/1.1 with one Host, one length and at most 16 KiB of headers, within a minute',
  });
  const body = plainJson(problemOf(error.toRecord(), status));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${problemMediaType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  // A peer that never ends its half must not hold the socket.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
