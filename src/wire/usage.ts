import Type, { type Static } from 'typebox';
import { timeSchema } from './plugin-status.ts';

const usageSecondSchema = Type.Object({
  time: timeSchema,
  calls: Type.Integer(),
  failed: Type.Integer({ description: 'Of the calls' }),
  rejected: Type.Integer({ description: 'Turned away before they began' }),
  meanMs: Type.Optional(Type.Number({ description: 'Of a call, waiting excluded' })),
  maxMs: Type.Optional(Type.Number({ description: 'The slowest batch of calls, divided by its calls' })),
  fuel: Type.Number(),
  cpuMs: Type.Number(),
  memoryBytes: Type.Optional(Type.Number({ description: 'After the last call' })),
});
/** What a plugin used in one second. */
export type UsageSecond = Readonly<Static<typeof usageSecondSchema>>;

export const usageSchema = Type.Object({
  now: timeSchema,
  from: Type.Number({ description: 'Nothing older is known' }),
  seconds: Type.Array(usageSecondSchema, { description: 'Those in which something happened, oldest first' }),
});
export type UsageReport = Readonly<Static<typeof usageSchema>>;
