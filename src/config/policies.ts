import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { SignalboxError } from '../core/errors.ts';
import { firstProblem, type Path } from '../manifest/schema-problem.ts';
import { limitsSchema, lowerOf } from '../permissions/limits.ts';
import { type Policy, parsePattern } from '../permissions/policy.ts';
import { isProfileName, profilePolicy, profiles } from '../permissions/profiles.ts';
import { isTable, type Table, type Value } from './toml.ts';

/** One `[policies.<name>]`. */
export const policySchema = Type.Object(
  {
    base: Type.Optional(
      Type.String({
        default: 'default',
        description: 'The profile or policy it narrows: its rules and limits hold too',
      }),
    ),
    allow: Type.Optional(
      Type.Array(Type.String(), { description: 'Permission patterns; absent: all that is not denied' }),
    ),
    deny: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Permission patterns: "net:*", "env:read", "fs:read:secrets"',
      }),
    ),
    limits: Type.Optional(Type.Partial(limitsSchema, { additionalProperties: false })),
  },
  { additionalProperties: false },
);

/** Why a name gives no policy. */
export interface PolicyProblem {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

export type PolicyReading =
  | { readonly outcome: 'policy'; readonly policy: Policy }
  | { readonly outcome: 'problem'; readonly problem: PolicyProblem };

/** The policies of one document by name. */
export interface Policies {
  find(name: string): PolicyReading;
  /** What is wrong with the written ones, used or not. */
  readonly problems: readonly PolicyProblem[];
}

const validator = Compile(policySchema);

/** Reads `[policies]`. What is wrong with one policy concerns the entries that use it alone. */
export function readPolicies(written: Value | undefined): Policies {
  const tables = isTable(written) ? written : {};
  const readings = new Map<string, PolicyReading>();
  const find = (name: string, from: readonly string[] = []): PolicyReading => {
    const known = readings.get(name);
    if (known) return known;
    const reading = read(name, tables, from, find);
    readings.set(name, reading);
    return reading;
  };
  const problems = Object.keys(tables).flatMap((name) => {
    const reading = find(name);
    return reading.outcome === 'problem' ? [reading.problem] : [];
  });
  return { find, problems };
}

function read(
  name: string,
  tables: Table,
  from: readonly string[],
  find: (name: string, from: readonly string[]) => PolicyReading,
): PolicyReading {
  const path: Path = ['policies', name];
  if (!Object.hasOwn(tables, name)) {
    if (isProfileName(name)) return { outcome: 'policy', policy: profilePolicy(name) };
    const known = [...Object.keys(profiles), ...Object.keys(tables)].join(', ');
    return problem(path, `there is no policy "${name}"`, `Known are ${known}`);
  }
  if (isProfileName(name)) {
    return problem(
      path,
      `policy "${name}" has the name of a profile`,
      'Give it a name of its own, and base = "..."',
    );
  }
  if (from.includes(name))
    return problem(path, `policy "${name}" is based on itself`, 'Base it on a profile');
  const table = tables[name];
  if (!validator.Check(table)) {
    const { path: below, clause } = firstProblem(validator.Errors(table), table);
    return problem([...path, ...below], `policy "${name}": ${clause}`);
  }
  const base = find(table.base ?? 'default', [...from, name]);
  if (base.outcome === 'problem')
    return problem([...path, 'base'], `policy "${name}": ${base.problem.message}`, base.problem.hint);
  try {
    const layer = {
      name,
      ...(table.allow && { allow: table.allow.map(parsePattern) }),
      deny: (table.deny ?? []).map(parsePattern),
    };
    const limits = lowerOf(base.policy.limits, table.limits ?? {});
    return { outcome: 'policy', policy: { name, limits, layers: [layer, ...base.policy.layers] } };
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'PERMISSION_INVALID')
      return problem(path, `policy "${name}": ${error.message}`, error.hint);
    throw error;
  }
}

function problem(path: Path, message: string, hint?: string): PolicyReading {
  return { outcome: 'problem', problem: { path, message, ...(hint !== undefined && { hint }) } };
}
