import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** One `import`, `export ... from`, `import()` or `import('x').Type`. Type imports count as imports. */
export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path from the repository of a relative import, else the package's name: `node:path`, `xstate`. */
  readonly target: string;
  readonly isRelative: boolean;
  readonly isTypeOnly: boolean;
  readonly isReExport: boolean;
}

export interface SourceModule {
  /** From the repository, with forward slashes: `src/core/ids.ts`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Names of what it exports that exists at run time. */
  readonly valueExports: readonly string[];
}

/** Every TypeScript module below the folders given. */
export async function readModules(...folders: readonly string[]): Promise<readonly SourceModule[]> {
  const paths = await Promise.all(folders.map(typescriptFiles));
  return paths.flat().sort().map(readModule);
}

async function typescriptFiles(folder: string): Promise<string[]> {
  const found = await readdir(join(repository, folder), { recursive: true, withFileTypes: true });
  return found
    .filter((file) => file.isFile() && /\.tsx?$/.test(file.name) && !file.name.endsWith('.d.ts'))
    .map((file) => relative(repository, join(file.parentPath, file.name)).replaceAll('\\', '/'))
    .filter((path) => !path.includes('node_modules/') && !path.includes('/generated/'));
}

function readModule(path: string): SourceModule {
  const text = readFileSync(join(repository, path), 'utf8');
  const parsed = parseSync(path, text);
  const [error] = parsed.errors;
  if (error) throw new Error(`${path} does not parse: ${error.message}`);
  const { staticImports, staticExports } = parsed.module;
  const exported = staticExports.flatMap((statement) => statement.entries);
  const found = (specifier: string, rest: Pick<Import, 'isTypeOnly' | 'isReExport'>): Import => ({
    specifier,
    ...targetOf(path, specifier),
    ...rest,
  });
  return {
    path,
    text,
    lines: text.trimEnd().split('\n').length,
    imports: [
      ...staticImports.map(({ moduleRequest, entries }) =>
        found(moduleRequest.value, {
          isTypeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
          isReExport: false,
        }),
      ),
      ...exported.flatMap(({ moduleRequest, isType }) =>
        moduleRequest ? [found(moduleRequest.value, { isTypeOnly: isType, isReExport: true })] : [],
      ),
      ...[...importExpressions(parsed.program)].map(({ specifier, isTypeOnly }) =>
        found(specifier, { isTypeOnly, isReExport: false }),
      ),
    ],
    valueExports: exported.filter(({ isType }) => !isType).map(({ exportName }) => exportName.name ?? '*'),
  };
}

function targetOf(from: string, specifier: string): Pick<Import, 'target' | 'isRelative'> {
  if (specifier.startsWith('.')) {
    const target = relative(repository, resolve(repository, dirname(from), specifier)).replaceAll('\\', '/');
    return { target, isRelative: true };
  }
  if (specifier.startsWith('node:')) return { target: specifier, isRelative: false };
  const [first = '', second = ''] = specifier.split('/');
  return { target: first.startsWith('@') ? `${first}/${second}` : first, isRelative: false };
}

/** `import('x')` in code and in types; a computed specifier of the former is not an import we can follow. */
function* importExpressions(node: unknown): Generator<{ specifier: string; isTypeOnly: boolean }> {
  if (Array.isArray(node)) {
    for (const part of node) yield* importExpressions(part);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const { type, source, argument } = node as Record<string, unknown>;
  if (type === 'ImportExpression') yield* literal(source, false);
  if (type === 'TSImportType') yield* literal(source ?? argument, true);
  for (const part of Object.values(node)) yield* importExpressions(part);
}

function* literal(node: unknown, isTypeOnly: boolean): Generator<{ specifier: string; isTypeOnly: boolean }> {
  if (typeof node !== 'object' || node === null) return;
  const { value, literal: wrapped } = node as Record<string, unknown>;
  if (typeof value === 'string') yield { specifier: value, isTypeOnly };
  else yield* literal(wrapped, isTypeOnly);
}
