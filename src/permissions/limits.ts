import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';
import type { ErrorRecord } from '../core/errors.ts';

/** What one plugin may use. The lower of manifest, entry and profile wins for each. */
export const limitsSchema = Type.Object(
  {
    memory_bytes: Type.Integer({
      minimum: 65_536,
      description: 'Linear memories of one instance together, bytes; growing past it fails in the guest',
    }),
    call_deadline_ms: Type.Integer({
      minimum: 1,
      description: 'Longest a call may run, waiting for the host included',
    }),
    init_deadline_ms: Type.Integer({
      minimum: 1,
      description: 'Longest instantiation and init may take together',
    }),
    fuel_per_call: Type.Integer({ minimum: 1, description: 'Instruction budget of one call' }),
    fuel_per_init: Type.Integer({
      minimum: 1,
      description: "Instruction budget of instantiation, a script's top level included",
    }),
    fuel_per_second: Type.Integer({
      minimum: 1,
      description: 'Instructions of all calls together, averaged; above it calls wait in the mailbox',
    }),
    mailbox_calls: Type.Integer({ minimum: 1, description: 'Calls and events that may wait' }),
    message_bytes: Type.Integer({
      minimum: 1024,
      description: 'Size of the arguments or the result of one call, and of the body of a request',
    }),
    fs_ops_per_second: Type.Integer({ minimum: 0, description: 'Calls of the filesystem interface' }),
    fs_write_bytes: Type.Integer({
      minimum: 0,
      description:
        'Added to the disk since the host started: bytes of files, and 4,096 for each file or directory made; what is removed counts back',
    }),
    net_ops_per_second: Type.Integer({
      minimum: 0,
      description: 'Requests sent, redirects included',
    }),
    publishes_per_second: Type.Integer({ minimum: 0, description: 'Events on all channels together' }),
    log_lines_per_second: Type.Integer({ minimum: 0, description: 'More are dropped and counted' }),
    net_connections: Type.Integer({
      minimum: 0,
      description: 'Requests under way and responses not read to their end, together',
    }),
    response_bytes: Type.Integer({ minimum: 0, description: 'Body of one response, decompressed' }),
    storage_ops_per_second: Type.Integer({ minimum: 0, description: 'Calls of the storage interface' }),
    storage_bytes: Type.Integer({
      minimum: 0,
      description: 'Kept in all spaces together: names, keys and values, and 64 bytes for each',
    }),
  },
  { additionalProperties: false },
);

export type Limits = Readonly<Static<typeof limitsSchema>>;
export type LimitName = keyof Limits;

/** A limit that was reached: what an error's `details.limit` holds, and telemetry tells. */
export interface LimitHit {
  /** A limit above, or a fixed one: `stack`, `table_elements`, `lift_bytes`, `lift_elements`, `handles`, ... */
  readonly name: LimitName | (string & {});
  /** The figure reached, in the limit's unit; what was asked for when that was refused. */
  readonly reached: number;
  readonly allowed: number;
}

/** The limit an error tells of in its `details.limit`. */
export function limitHitOf({ details }: ErrorRecord): LimitHit | undefined {
  const limit = details?.['limit'];
  return Check(limitHitSchema, limit) ? limit : undefined;
}

const limitHitSchema = Type.Object({ name: Type.String(), reached: Type.Number(), allowed: Type.Number() });

/** The defaults of DESIGN 9. */
export const defaultLimits: Limits = {
  memory_bytes: 64 * 1024 * 1024,
  call_deadline_ms: 5_000,
  init_deadline_ms: 30_000,
  fuel_per_call: 10_000_000_000,
  fuel_per_init: 100_000_000_000,
  fuel_per_second: 20_000_000_000,
  mailbox_calls: 1_024,
  message_bytes: 1024 * 1024,
  fs_ops_per_second: 100,
  fs_write_bytes: 1024 * 1024 * 1024,
  net_ops_per_second: 10,
  publishes_per_second: 1_000,
  log_lines_per_second: 100,
  net_connections: 10,
  response_bytes: 10 * 1024 * 1024,
  storage_ops_per_second: 100,
  storage_bytes: 16 * 1024 * 1024,
};

/** The profile for plugins nobody trusts. */
export const strictLimits: Limits = {
  memory_bytes: 16 * 1024 * 1024,
  call_deadline_ms: 5_000,
  init_deadline_ms: 5_000,
  fuel_per_call: 100_000_000,
  fuel_per_init: 10_000_000_000,
  fuel_per_second: 1_000_000_000,
  mailbox_calls: 64,
  message_bytes: 64 * 1024,
  fs_ops_per_second: 10,
  fs_write_bytes: 16 * 1024 * 1024,
  net_ops_per_second: 0,
  publishes_per_second: 10,
  log_lines_per_second: 10,
  net_connections: 0,
  response_bytes: 0,
  storage_ops_per_second: 10,
  storage_bytes: 1024 * 1024,
};

/** The lower of each limit; what is not asked for stays as the base has it. */
export function lowerOf(base: Limits, ...asked: readonly Partial<Limits>[]): Limits {
  const lowered = { ...base };
  for (const ask of asked) {
    for (const key of Object.keys(base) as (keyof Limits)[]) {
      lowered[key] = Math.min(lowered[key], ask[key] ?? lowered[key]);
    }
  }
  return lowered;
}
