import { parse, TomlDate, TomlError, type TomlValue } from 'smol-toml';
import { SignalboxError } from '../core/errors.ts';
import type { SourceText } from '../core/source-text.ts';
import { findOverlongKey, maxConfigBytes, maxNesting } from './bounds.ts';

/** A TOML table as data. It has no prototype: a key `__proto__` is a key like any other. */
export interface Table {
  readonly [key: string]: Value;
}

/**
 * A TOML value as JSON knows it. Dates and times are ISO 8601 texts, integers beyond 2^53 their decimal digits, and
 * `inf` and `nan` those words: JSON has none of them, and a rounded number would be another one.
 */
export type Value = string | number | boolean | readonly Value[] | Table;

/**
 * Reads TOML text, limits first. @throws `CONFIG_SYNTAX` with line, column and code frame
 */
export function readToml(source: SourceText): Table {
  const { text } = source;
  // A UTF-16 unit is at least one byte: the cheap comparison refuses early, the exact one is made where the bytes are.
  if (text.length > maxConfigBytes) throw tooLarge(source.file, text.length);
  const overlong = findOverlongKey(text);
  if (overlong !== undefined) {
    throw syntaxError(source, `A key has more than ${maxNesting} segments`, source.locate(overlong));
  }
  try {
    return readTable(parse(text, { integersAsBigInt: 'asNeeded', maxDepth: maxNesting }), 0);
  } catch (error) {
    if (error instanceof TomlError) {
      const place = source.locateLine(error.line, error.column);
      throw syntaxError(source, reasonOf(error), place, error);
    }
    if (error instanceof TooDeep) {
      throw syntaxError(source, `Tables are nested more than ${maxNesting} deep`, undefined, error);
    }
    throw error;
  }
}

export function tooLarge(file: string, size: number): SignalboxError {
  const message = `Config file "${file}" has ${size} bytes, ${maxConfigBytes} are allowed`;
  return new SignalboxError('CONFIG_SYNTAX', message, {
    hint: 'Move what is not configuration into files of its own',
  });
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tables nested by dotted keys and headers, which the parser's own bound does not count. */
class TooDeep extends Error {}

function readTable(table: Readonly<Record<string, TomlValue>>, depth: number): Table {
  const read: Record<string, Value> = Object.create(null);
  for (const [key, value] of Object.entries(table)) read[key] = readValue(value, depth + 1);
  return read;
}

function readValue(value: TomlValue, depth: number): Value {
  if (depth > maxNesting) throw new TooDeep();
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : nonFiniteText(value);
  if (typeof value !== 'object') return value;
  if (value instanceof TomlDate) return value.toISOString();
  if (Array.isArray(value)) return value.map((element) => readValue(element, depth + 1));
  return readTable(value as Readonly<Record<string, TomlValue>>, depth);
}

function nonFiniteText(value: number): string {
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

function syntaxError(
  source: SourceText,
  reason: string,
  location: ReturnType<SourceText['locate']> | undefined,
  cause?: unknown,
): SignalboxError {
  return new SignalboxError('CONFIG_SYNTAX', `Config file is not valid TOML: ${reason}`, {
    hint: 'Mend the marked place; until then the config that was read last stays in force',
    location: location ?? source.locateLine(1, 1),
    ...(cause !== undefined && { cause }),
  });
}

/** What smol-toml found, without its own prefix and frame. */
function reasonOf(error: TomlError): string {
  const [first = ''] = error.message.split('\n', 1);
  return first.replace(/^Invalid TOML document: /, '');
}
