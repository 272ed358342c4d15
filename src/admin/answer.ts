import type { FastifyReply } from 'fastify';
import { plainJson } from '../core/plain-json.ts';
import { type Problem, problemMediaType, problemOfThrown } from './problem.ts';
import type { Route } from './route.ts';

/** A response as it is sent, so that it can be sent again. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Asking again at once would be refused again: seconds to wait where the problem does not say. */
const retryAfterSeconds = 1;

/** What a handler returned, in the form its route promises. */
export function answerOf({ answer }: Route, value: unknown): Answer {
  switch (answer.kind) {
    case 'json':
      return {
        status: answer.status ?? 200,
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: plainJson(value),
      };
    case 'text':
      return { status: 200, headers: { 'content-type': answer.mediaType }, body: String(value) };
    case 'nothing':
    case 'events':
      return { status: 204, headers: {}, body: undefined };
  }
}

/** @param onFault told of what is nobody's mistake but ours */
export function answerOfThrown(thrown: unknown, onFault: (error: unknown) => void): Answer {
  const problem = problemOfThrown(thrown);
  if (problem.code === 'INTERNAL') onFault(thrown);
  return {
    status: problem.status,
    headers: { 'content-type': problemMediaType, ...advice(problem) },
    body: plainJson(problem),
  };
}

export function sendAnswer(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.status(status).headers(headers).send(body);
}

function advice({ status, code, details }: Problem): Readonly<Record<string, string>> {
  if (status === 401) return { 'www-authenticate': 'Bearer realm="signalbox"' };
  const allowed = details?.['allowed'];
  if (status === 405 && Array.isArray(allowed)) return { allow: allowed.join(', ') };
  const named = details?.['retryAfterSeconds'];
  if (typeof named === 'number') return { 'retry-after': `${named}` };
  return code === 'MAILBOX_FULL' || code === 'API_KEY_BUSY' ? { 'retry-after': `${retryAfterSeconds}` } : {};
}
