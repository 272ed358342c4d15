import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { firstProblem, type SchemaProblem } from '../manifest/schema-problem.ts';
import type { Table } from './toml.ts';

/** `[api]` as the operator writes it. */
export const apiSchema = Type.Object(
  {
    enabled: Type.Optional(
      Type.Boolean({ default: true, description: 'Whether signalbox run serves the admin API' }),
    ),
    host: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 253,
        default: '127.0.0.1',
        description: 'Address to listen on; one that others can reach is refused while there is no token',
      }),
    ),
    port: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description: '0 is any free one; when absent 7411, or any free one where that is taken',
      }),
    ),
    prefix: Type.Optional(
      Type.String({
        pattern: '^(/[A-Za-z0-9_-]+)+$',
        maxLength: 128,
        default: '/api/v1',
        description: 'What its paths start with',
      }),
    ),
    allowed_hosts: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9.:\\[\\]-]+$', maxLength: 260 }), {
        maxItems: 64,
        description: 'Names it is reached by beside those of loopback: "host" with any port, or "host:port"',
      }),
    ),
    requests_per_minute: Type.Optional(
      Type.Integer({ minimum: 1, default: 1_200, description: 'From one address' }),
    ),
  },
  { description: 'The admin API' },
);

/** `[api]`: how the admin API is served. */
export interface ApiSettings {
  readonly enabled: boolean;
  readonly host: string;
  /** Absent: the default one, or another where that is taken. */
  readonly port?: number;
  readonly prefix: string;
  readonly allowedHosts: readonly string[];
  readonly requestsPerMinute: number;
}

export const defaultApiSettings: ApiSettings = {
  enabled: true,
  host: '127.0.0.1',
  prefix: '/api/v1',
  allowedHosts: [],
  requestsPerMinute: 1_200,
};

const validator = Compile(apiSchema);

/** The settings of an `[api]` table, or what is wrong with it. An absent table is an empty one. */
export function readApiSettings(
  table: Table,
): { readonly settings: ApiSettings } | { readonly problem: SchemaProblem } {
  if (!validator.Check(table)) return { problem: firstProblem(validator.Errors(table), table) };
  return {
    settings: {
      enabled: table.enabled ?? defaultApiSettings.enabled,
      host: table.host ?? defaultApiSettings.host,
      ...(table.port !== undefined && { port: table.port }),
      prefix: table.prefix ?? defaultApiSettings.prefix,
      allowedHosts: table.allowed_hosts ?? defaultApiSettings.allowedHosts,
      requestsPerMinute: table.requests_per_minute ?? defaultApiSettings.requestsPerMinute,
    },
  };
}
