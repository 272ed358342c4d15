import type { Static, TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { problemSchema } from '../../wire/error-record.ts';
import { type PluginReport, pluginStatusSchema } from '../../wire/plugin-status.ts';

/** Why the API did not answer as hoped, ready to be shown. */
export class ApiProblem extends Error {
  /** Absent when there was no answer. */
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly hint: string | undefined;

  constructor(
    message: string,
    facts: {
      readonly status?: number | undefined;
      readonly code?: string | undefined;
      readonly hint?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: facts.cause });
    this.name = 'ApiProblem';
    this.status = facts.status;
    this.code = facts.code;
    this.hint = facts.hint;
  }
}

/** The admin API, asked with one token. */
export interface Client {
  /** @throws `ApiProblem`, or the signal's reason */
  get<Schema extends TSchema>(path: string, schema: Schema, signal?: AbortSignal): Promise<Static<Schema>>;
  /** Changes something; done once however often the network repeats it. */
  send(method: 'POST' | 'PATCH', path: string, body?: object): Promise<void>;
  /** The same for what is answered with the status of a plugin after it. */
  command(path: string, body?: object): Promise<PluginReport>;
  /** The response as it comes. */
  open(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response>;
}

/** @param prefix `/api/v1` */
export function createClient(prefix: string, token: string): Client {
  const authorization = `Bearer ${token}`;

  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = { authorization, ...(init.headers as Readonly<Record<string, string>> | undefined) };
    let response: Response;
    try {
      response = await fetch(prefix + path, { ...init, headers, cache: 'no-store', credentials: 'omit' });
    } catch (cause) {
      init.signal?.throwIfAborted();
      throw new ApiProblem('The runtime does not answer', { cause });
    }
    if (response.ok) return response;
    throw await problemOf(response);
  };

  const change = (method: string, path: string, body?: object): Promise<Response> => {
    const headers = {
      'idempotency-key': crypto.randomUUID(),
      ...(body && { 'content-type': 'application/json' }),
    };
    return ask(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  };

  return {
    async get(path, schema, signal) {
      const response = await ask(path, signal ? { signal } : {});
      return checked(schema, await response.json());
    },
    async send(method, path, body) {
      await change(method, path, body);
    },
    async command(path, body) {
      const response = await change('POST', path, body);
      return checked(pluginStatusSchema, await response.json());
    },
    open: (path, headers, signal) => ask(path, { headers, signal }),
  };
}

/** What came from the server, when it is what this page was built for. */
export function checked<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  if (Check(schema, value)) return value;
  throw new ApiProblem('The runtime answers in another form than this page knows', {
    hint: 'It was upgraded, it seems: load the page again',
  });
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const { status } = response;
  const body: unknown = await response.json().catch((): undefined => undefined);
  if (!Check(problemSchema, body))
    return new ApiProblem(`The runtime answered with status ${status}`, { status });
  return new ApiProblem(body.detail, { status, code: body.code, hint: body.hint });
}

/** Anything thrown, for people. */
export function problemIn(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown;
  return new ApiProblem(thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}
