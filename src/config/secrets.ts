import Type from 'typebox';
import { Check } from 'typebox/value';
import { isWildcardOrigin, readOrigin } from '../permissions/origins.ts';
import type { Value } from './toml.ts';

/** One `[plugins.entries.secrets.<name>]` as the operator writes it: where the host finds the secret, and who may get it. */
export const secretSchema = Type.Object(
  {
    from: Type.String({
      description: 'Where the host finds it: `env:API_TOKEN`, or `file:secrets/token` relative to this file',
    }),
    origins: Type.Array(Type.String(), {
      minItems: 1,
      description: 'The only origins it is sent to: `https://api.example.com`',
    }),
  },
  // A key that is only warned about would be shown with what stands beside it.
  { additionalProperties: false },
);

/** A secret by reference: its value is in no document. */
export interface SecretReference {
  readonly from:
    | { readonly kind: 'env'; readonly name: string }
    /** Relative to the config file, or absolute. */
    | { readonly kind: 'file'; readonly path: string };
  /** In their one spelling; no wildcards. */
  readonly origins: readonly string[];
}

export type SecretReferences = Readonly<Record<string, SecretReference>>;

type SecretsReading =
  | { readonly outcome: 'secrets'; readonly secrets: SecretReferences }
  | {
      readonly outcome: 'invalid';
      /** The secret it is about; none when it is about all. */
      readonly name: string | undefined;
      readonly message: string;
      readonly hint: string;
    };

const nameGrammar = /^[a-z][a-z0-9_-]{0,63}$/;
const howToWrite = (name: string): string =>
  `Write secrets.${nameGrammar.test(name) ? name : 'token'} = { from = "env:API_TOKEN", origins = ["https://api.example.com"] }, and put the secret into that variable of the host`;

/**
 * Reads the `secrets` of an entry. What is wrong is told without quoting a value: who errs here has written the secret itself.
 */
export function readSecrets(written: Value): SecretsReading {
  if (!Check(Type.Record(Type.String(), Type.Unknown()), written))
    return {
      outcome: 'invalid',
      name: undefined,
      message: '"secrets" is not a table',
      hint: howToWrite('token'),
    };
  const secrets: [string, SecretReference][] = [];
  for (const [name, value] of Object.entries(written)) {
    const invalid = (message: string, hint = howToWrite(name)): SecretsReading => ({
      outcome: 'invalid',
      name,
      message,
      hint,
    });
    if (!nameGrammar.test(name))
      return invalid(
        `secret name ${JSON.stringify(name)} is not valid`,
        'Use lower-case letters, digits, "_" and "-"',
      );
    if (!Check(secretSchema, value))
      return invalid(
        `secret "${name}" does not say, and nothing else, where the host finds it and which origins may get it`,
      );
    const from = sourceOf(value.from);
    if (!from) return invalid(`secret "${name}" comes from neither "env:" nor "file:"`);
    const origins: string[] = [];
    for (const [index, origin] of value.origins.entries()) {
      const reading = readOrigin(origin);
      const place = `origin ${index + 1} of secret "${name}"`;
      if (reading.outcome === 'invalid')
        return invalid(`${place} is none: it ${reading.problem}`, `Write "${reading.fix}"`);
      if (isWildcardOrigin(reading.origin))
        return invalid(`${place} is more than one origin`, 'Name each origin that may get it');
      origins.push(reading.origin);
    }
    secrets.push([name, { from, origins }]);
  }
  return { outcome: 'secrets', secrets: Object.fromEntries(secrets) };
}

function sourceOf(from: string): SecretReference['from'] | undefined {
  const [, kind, rest = ''] = /^(env|file):(.+)$/.exec(from) ?? [];
  if (kind === 'file') return { kind, path: rest };
  return kind === 'env' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(rest) ? { kind, name: rest } : undefined;
}
