import { stringify } from 'smol-toml';
import { SignalboxError } from '../core/errors.ts';
import { isTable, type Value } from './toml.ts';

/** A key, quoted where it must be. */
export function keyText(key: string): string {
  return stringify({ [key]: 0 }).slice(0, -' = 0\n'.length);
}

/** A value on one line. */
export function valueText(value: Value): string {
  // smol-toml writes tables inline only inside an array of something else.
  return stringify({ v: [[value]] }).slice('v = [ [ '.length, -' ] ]\n'.length);
}

/** Anything as a value that TOML can hold. @throws `CONFIG_EDIT_REFUSED` for null, functions and what else it has no word for */
export function writableValue(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map(writableValue);
  if (isTable(value) && !(value instanceof Date)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, writableValue(member)]));
  }
  throw new SignalboxError('CONFIG_EDIT_REFUSED', `TOML has no way to write ${String(value)}`, {
    hint: 'Use text, finite numbers, true, false, arrays and tables of them',
  });
}
