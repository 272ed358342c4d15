/** The part of JSON Schema that our own schemas use. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
}

/** Tables that have a page of their own, by their key. */
const explained: Readonly<Record<string, string>> = { limits: 'see [limits](permissions.md#limits)' };

/** A Markdown table of every key an object schema names; those of nested objects are dotted. */
export function schemaTable(schema: object): string {
  return markdownTable(['key', 'type', 'default', 'meaning'], rowsOf(schema, ''));
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function rowsOf(schema: Schema, prefix: string): (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const path = `${prefix}${key}`;
    const [named] = Object.values(property.patternProperties ?? {});
    const inner = property.items?.properties ? property.items : named?.properties ? named : property;
    const isRequired = schema.required?.includes(key) ?? false;
    const elsewhere = explained[key];
    if (elsewhere) return [[`\`${path}\``, typeOf(property), '', elsewhere]];
    return [
      [`\`${path}\``, typeOf(property), isRequired ? 'required' : defaultOf(property), meaningOf(property)],
      ...rowsOf(inner, inner === property ? `${path}.` : inner === named ? `${path}.<name>.` : `${path}[].`),
    ];
  });
}

function typeOf(schema: Schema): string {
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  if (schema.type === 'array') return schema.items ? `list of ${plural(typeOf(schema.items))}` : 'list';
  if (schema.type === 'object') return 'table';
  return schema.type ?? 'anything';
}

function plural(type: string): string {
  return /^(string|number|integer|table)$/.test(type) ? `${type}s` : type;
}

function defaultOf({ default: value }: Schema): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}

function meaningOf({ description = '', minimum }: Schema): string {
  const bound = minimum === undefined || minimum === 0 ? '' : `at least ${minimum}`;
  return [description, bound].filter((part) => part !== '').join('; ');
}
