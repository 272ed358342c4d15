import { Compile, type Validator, type XSchema } from 'typebox/schema';
import { SignalboxError } from '../core/errors.ts';

/** Says what is wrong with a payload for a channel; undefined when it fits or the host gave no schema. */
export type ChannelSchemas = (channel: string, payload: unknown) => string | undefined;

/** @throws `ARGUMENT_INVALID` when a schema of the host is none */
export function compileChannelSchemas(schemas: Readonly<Record<string, unknown>> = {}): ChannelSchemas {
  const validators = new Map(
    Object.entries(schemas).map(([channel, schema]) => [channel, compile(channel, schema)]),
  );
  return (channel, payload) => {
    const validator = validators.get(channel);
    if (!validator || validator.Check(payload)) return undefined;
    const [, [first]] = validator.Errors(payload);
    return first
      ? `At "${first.instancePath || '/'}": ${first.message}`
      : 'Does not match the schema of the channel';
  };
}

function compile(channel: string, schema: unknown): Validator {
  if (!isSchema(schema)) throw invalidSchema(channel, 'it is neither an object nor a boolean');
  try {
    const validator = Compile(schema);
    // Some mistakes, a bad pattern among them, only show at the first use.
    validator.Errors(null);
    return validator;
  } catch (cause) {
    throw invalidSchema(channel, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function isSchema(schema: unknown): schema is XSchema {
  return (
    typeof schema === 'boolean' || (typeof schema === 'object' && schema !== null && !Array.isArray(schema))
  );
}

function invalidSchema(channel: string, problem: string, cause?: unknown): SignalboxError {
  return new SignalboxError(
    'ARGUMENT_INVALID',
    `The schema of channel "${channel}" cannot be used: ${problem}`,
    {
      hint: 'Give channelSchemas a JSON Schema for each channel',
      cause,
    },
  );
}
