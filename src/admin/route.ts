import Type, { type Static, type TObject, type TSchema } from 'typebox';
import type { TokenScope } from '../core/token.ts';
import type { RecordQuery } from './record-log.ts';
import type { AdminService } from './service.ts';

/** What a route answers with when it succeeds. Without a body the status is 204. */
export type RouteAnswer =
  | { readonly kind: 'json'; readonly status?: 201; readonly schema: TSchema }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly mediaType: string }
  /** Server-sent events; the handler says which. */
  | { readonly kind: 'events' };

export interface RouteInput<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Aborted when the client is gone before it has its answer. */
  readonly signal: AbortSignal;
  /** The header of that name, for routes with events. */
  readonly lastEventId: string | undefined;
}

interface RouteFacts {
  /** Unique: `listPlugins`. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Behind the prefix, parameters in braces: `/plugins/{id}`. */
  readonly path: string;
  /** True for what stands where convention looks for it, whatever the prefix. */
  readonly isAtRoot?: boolean;
  /** What a token must be good for; `public` needs none. */
  readonly scope: TokenScope | 'public';
  readonly summary: string;
  readonly answer: RouteAnswer;
  /** Default: `defaultBodyBytes`. */
  readonly maxBodyBytes?: number;
}

/** One row of the table from which the server, its OpenAPI document, the reference page and the tests are made. */
export interface Route extends RouteFacts {
  readonly params: TObject;
  readonly query: TObject;
  readonly body?: TObject;
  handle(service: AdminService, input: RouteInput): unknown;
}

/** A request body without files. */
export const defaultBodyBytes = 1024 * 1024;

interface RouteDraft<Params extends TObject, Query extends TObject, Body extends TObject> extends RouteFacts {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Its input fits the schemas above. Returns what is sent; for events, what to stream. */
  handle(service: AdminService, input: RouteInput<Static<Params>, Static<Query>, Static<Body>>): unknown;
}

const nothing = Type.Object({}, { additionalProperties: false });

export function defineRoute<
  Params extends TObject = typeof nothing,
  Query extends TObject = typeof nothing,
  Body extends TObject = typeof nothing,
>({ params, query, ...draft }: RouteDraft<Params, Query, Body>): Route {
  return { ...draft, params: params ?? nothing, query: query ?? nothing };
}

/** What a handler of a route with events returns. */
export class EventsWanted {
  readonly query: RecordQuery;
  readonly lastEventId: string | undefined;

  constructor(query: RecordQuery, lastEventId: string | undefined) {
    this.query = query;
    this.lastEventId = lastEventId;
  }
}

/** The whole path of a route. */
export function pathOf({ path, isAtRoot }: Route, prefix: string): string {
  return isAtRoot ? path : prefix + path;
}
