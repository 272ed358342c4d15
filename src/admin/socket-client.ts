import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ErrorCode, errorCatalogue } from '../core/error-catalogue.ts';
import { SignalboxError } from '../core/errors.ts';
import { createEventReader, type ReceivedEvent } from '../wire/event-reader.ts';
import { socketPathOf, socketPrefix } from './unix-socket.ts';

/** The admin API of a runtime this user runs. */
export interface SocketClient {
  /**
   * @param path behind the prefix: `/plugins`
   * @returns the parsed answer, undefined when there is none
   * @throws what the runtime refuses with, by its own code
   */
  ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>;
  /** Events until the signal aborts. @throws `RUNTIME_ABSENT` when the runtime ends before */
  follow(wanted: WantedEvents, signal: AbortSignal): Promise<void>;
}

interface WantedEvents {
  /** Behind the prefix, query included. */
  readonly path: string;
  /** Start behind the event of this id. */
  readonly lastEventId: string;
  readonly receive: (event: ReceivedEvent) => void;
}

/** A client for the runtime with this state folder; undefined when none answers there. @throws `RUNTIME_ABSENT` for one of somebody else */
export async function connectToRuntime(stateFolder: string): Promise<SocketClient | undefined> {
  const socketPath = socketPathOf(stateFolder);
  const send = (path: string, options: RequestOptions = {}, content?: string): Promise<IncomingMessage> => {
    // A pooled connection would keep the process alive.
    const asking = request({ ...options, socketPath, path: socketPrefix + path, agent: false });
    asking.end(content);
    return answered(asking);
  };

  try {
    await text(await send('/health'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return undefined;
    throw new SignalboxError('RUNTIME_ABSENT', `The runtime at "${socketPath}" cannot be asked: ${code}`, {
      hint: 'Ask as the user who runs it',
      cause: error,
    });
  }
  return {
    async ask(method, path, body) {
      const json = { 'content-type': 'application/json' };
      const options = body === undefined ? { method } : { method, headers: json };
      const asking = send(path, options, body === undefined ? undefined : JSON.stringify(body));
      const response = await asking.catch(throwEnded);
      return contentOf(response, await text(response).catch(throwEnded));
    },
    async follow({ path, lastEventId, receive }, signal) {
      const read = createEventReader(receive);
      try {
        const response = await send(path, { signal, headers: { 'last-event-id': lastEventId } });
        if (response.statusCode !== 200) contentOf(response, await text(response));
        for await (const chunk of response.setEncoding('utf8')) read(String(chunk));
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof SignalboxError) throw error;
        throwEnded(error);
      }
      if (!signal.aborted) throwEnded();
    },
  };
}

function answered(asking: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  asking.once('response', resolve).once('error', reject);
  return promise;
}

function contentOf({ statusCode = 500 }: IncomingMessage, content: string): unknown {
  const value: unknown = content === '' ? undefined : JSON.parse(content);
  if (statusCode < 400) return value;
  throw errorIn(value);
}

/** The error a problem was made of. */
function errorIn(problem: unknown): SignalboxError {
  const {
    code,
    detail,
    hint,
    details,
  }: { code?: unknown; detail?: unknown; hint?: unknown; details?: unknown } = Object(problem);
  return new SignalboxError(isErrorCode(code) ? code : 'INTERNAL', String(detail), {
    ...(typeof hint === 'string' && { hint }),
    ...(typeof details === 'object' && details !== null && { details: { ...details } }),
  });
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCatalogue, code);
}

/** It answered before, so that whatever is wrong with its connection now means that it has gone. */
function throwEnded(cause?: unknown): never {
  throw new SignalboxError('RUNTIME_ABSENT', 'The runtime has ended', { cause });
}
