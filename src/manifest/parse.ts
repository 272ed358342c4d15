import { valid as isVersion, validRange as isVersionRange } from 'semver';
import { parse, TomlError } from 'smol-toml';
import { Compile } from 'typebox/compile';
import { SignalboxError, type SignalboxErrorOptions } from '../core/errors.ts';
import { isPluginId } from '../core/ids.ts';
import { sourceText } from '../core/source-text.ts';
import { parsePermission } from '../permissions/permission.ts';
import { parseApiVersion } from './api-version.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { firstProblem } from './schema-problem.ts';

/** Larger manifests are refused unread: what an author writes by hand stays far below. */
export const maxManifestBytes = 64 * 1024;

/** Tables inside one another. smol-toml builds one object for each segment of a dotted key, without a bound. */
const maxNesting = 64;

const validator = Compile(manifestSchema);

/**
 * Reads the text of a `plugin.toml`. Dates become ISO 8601 texts. Unknown keys are kept and mean nothing.
 *
 * @param file absolute path, for the message
 * @throws `MANIFEST_INVALID`, with line, column and code frame when it is not TOML
 */
export function parseManifest(text: string, file: string): Manifest {
  const refuse = (reason: string, options: SignalboxErrorOptions): never => {
    throw new SignalboxError('MANIFEST_INVALID', `Manifest "${file}" is not valid: ${reason}`, options);
  };
  // A UTF-16 unit is at least one byte: this refuses early, whoever reads the file counts the bytes.
  if (text.length > maxManifestBytes) {
    refuse(`it has ${text.length} bytes, ${maxManifestBytes} are allowed`, {
      hint: 'Move what is not about loading the plugin into files of its own',
    });
  }
  const manifest = readToml(text, file, refuse);
  if (!validator.Check(manifest)) {
    const { clause } = firstProblem(validator.Errors(manifest), manifest);
    return refuse(clause, { hint: 'The keys of plugin.toml are described in docs/reference/manifest.md' });
  }
  const problem = firstMeaninglessValue(manifest);
  return problem ? refuse(problem.reason, { hint: problem.hint }) : manifest;
}

function readToml(
  text: string,
  file: string,
  refuse: (reason: string, options: SignalboxErrorOptions) => never,
): unknown {
  try {
    const table = parse(text, { maxDepth: maxNesting });
    if (isNestedDeeper(table, maxNesting)) {
      return refuse(`tables are nested more than ${maxNesting} deep`, { hint: 'Write it flatter' });
    }
    // As JSON from here on: no dates, and a key `__proto__` is a key like any other.
    return JSON.parse(JSON.stringify(table));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n', 1);
    const location = sourceText(text, file).locateLine(error.line, error.column);
    return refuse(reason, { hint: 'Mend the marked place', location, cause: error });
  }
}

/** Counts levels without recursion, since recursion is what deep values attack. */
function isNestedDeeper(value: unknown, levels: number): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((part) => (typeof part === 'object' && part !== null ? Object.values(part) : []));
  }
  return false;
}

interface MeaninglessValue {
  readonly reason: string;
  readonly hint: string;
}

/** The rules a JSON Schema cannot express. */
function firstMeaninglessValue(manifest: Manifest): MeaninglessValue | undefined {
  const {
    id,
    version,
    api,
    entry,
    permissions = [],
    dependencies = [],
    config_schema: configSchema,
  } = manifest;
  if (!isPluginId(id)) return wrong('id', id, idRule);
  if (isVersion(version) === null) return wrong('version', version, 'Write a semantic version: "1.2.3"');
  if (api !== undefined && !parseApiVersion(api)) {
    return wrong('api', api, 'Write the version of signalbox:plugin that it was made for: "0.1"');
  }
  if (!isPathInside(entry)) {
    return wrong(
      'entry',
      entry,
      'Name a file below the folder of plugin.toml, with "/" between folders: "dist/plugin.wasm"',
    );
  }
  for (const [index, { want }] of permissions.entries()) {
    const reason = permissionProblem(want);
    if (reason) return { ...reason, reason: `"permissions.${index}.want": ${reason.reason}` };
  }
  for (const [index, dependency] of dependencies.entries()) {
    const place = `dependencies.${index}`;
    if (!isPluginId(dependency.id)) return wrong(`${place}.id`, dependency.id, idRule);
    if (dependency.version !== undefined && isVersionRange(dependency.version) === null) {
      return wrong(`${place}.version`, dependency.version, 'Write a range of versions: "^1.2.0"');
    }
  }
  if (configSchema !== undefined && (typeof configSchema !== 'object' || Array.isArray(configSchema))) {
    return wrong('config_schema', configSchema, 'Write a JSON Schema as a table: [config_schema]');
  }
  return undefined;
}

const idRule =
  'Use lower-case letters, digits, "_" and "-" in segments joined by dots, at most 128 characters: "waves.scanner"';

function wrong(place: string, value: unknown, hint: string): MeaninglessValue {
  return { reason: `"${place}" is ${JSON.stringify(value)}`, hint };
}

function permissionProblem(text: string): MeaninglessValue | undefined {
  try {
    parsePermission(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    return { reason: error.message, hint: error.hint ?? '' };
  }
}

/** The same on every platform. Links that lead out are found where the disk is. */
function isPathInside(path: string): boolean {
  return path.split('/').every((part) => !['', '.', '..'].includes(part) && !/[\\:\0]/.test(part));
}
