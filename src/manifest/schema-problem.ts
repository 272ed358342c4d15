import type { TLocalizedValidationError } from 'typebox/error';

/** Keys and array indexes from the root: `['permissions', 0, 'want']`. */
export type Path = readonly (string | number)[];

/** What is wrong with a value that does not fit its schema, in the words of who wrote it. */
export interface SchemaProblem {
  /** From the value that was checked. */
  readonly path: Path;
  /** A clause: `"limits.memory_bytes" is 12, allowed is 65536 or more`. */
  readonly clause: string;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  array: 'an array',
  object: 'a table',
};

const longestShown = 60;

/** The first of what typebox found. */
export function firstProblem(errors: readonly TLocalizedValidationError[], value: unknown): SchemaProblem {
  const [error] = errors;
  if (!error) return { path: [], clause: 'the table does not fit its schema' };
  const path = pathOf(error.instancePath, value);
  if (error.keyword === 'required') {
    const [missing = ''] = error.params.requiredProperties;
    return { path, clause: `"${[...path, missing].join('.')}" is missing` };
  }
  // A key that a closed table does not name: its schema is `false`.
  if (error.keyword === 'boolean') return { path, clause: `"${path.join('.')}" is not known` };
  return { path, clause: `"${path.join('.')}" is ${shown(valueAt(value, path))}, ${allowed(error)}` };
}

function allowed(error: TLocalizedValidationError): string {
  switch (error.keyword) {
    case 'type':
      return `allowed is ${[error.params.type]
        .flat()
        .map((type) => typeNames[type] ?? type)
        .join(' or ')}`;
    case 'enum':
      return `allowed are ${error.params.allowedValues.map((allowedValue) => JSON.stringify(allowedValue)).join(', ')}`;
    case 'minimum':
      return `allowed is ${error.params.limit} or more`;
    case 'maximum':
      return `allowed is ${error.params.limit} or less`;
    case 'minLength':
      return error.params.limit === 1
        ? 'which must not be empty'
        : `at least ${error.params.limit} characters are needed`;
    case 'maxLength':
      return `at most ${error.params.limit} characters are allowed`;
    default:
      return `which ${error.message}`;
  }
}

/** What was found, as TOML would write it as far as that matters to a reader. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'a table';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > longestShown ? `${text.slice(0, longestShown)}...` : text;
}

/** A JSON pointer as a path; digits are an index where the value is an array. */
function pathOf(pointer: string, value: unknown): Path {
  const path: (string | number)[] = [];
  let current = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = Array.isArray(current) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(key);
    current = valueAt(current, [key]);
  }
  return path;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null
        ? (current as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}
