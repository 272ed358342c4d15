import { readFileSync } from 'node:fs';
import Type, { type Static, type TSchema } from 'typebox';
import { Parse } from 'typebox/value';

const hostsSchema = Type.Array(
  Type.Object({
    what: Type.String(),
    /** `granted alone`: by who was granted this very origin. `no grant`: nobody can be granted it. */
    reach: Type.Enum(['granted alone', 'never', 'no grant']),
    hosts: Type.Array(Type.String()),
  }),
);
const answersSchema = Type.Array(Type.Object({ what: Type.String(), answers: Type.Array(Type.String()) }));

/** What a plugin may write where a host stands in a URL. */
export const hosts = read('hosts.json', hostsSchema);
/** What a name server may answer for a name that was granted. */
export const answers = read('answers.json', answersSchema);

function read<const Schema extends TSchema>(name: string, schema: Schema): Static<Schema> {
  const text = readFileSync(new URL(`../../fixtures/net/${name}`, import.meta.url), 'utf8');
  return Parse(schema, JSON.parse(text));
}
