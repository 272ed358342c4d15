import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { SignalboxError } from '../core/errors.ts';

/** A WIT `u32` as jco lifts it. */
export const u32 = Type.Integer({ minimum: 0, maximum: 0xffff_ffff });
/** A WIT `u64` as jco lifts it. */
export const u64 = Type.BigInt({ minimum: 0n, maximum: 0xffff_ffff_ffff_ffffn });
/** A WIT `f64`, NaN and the infinities included, which JSON Schema knows no numbers. */
export const f64 = Type.Refine(
  Type.Unsafe<number>(Type.Unknown()),
  (value) => typeof value === 'number',
  () => 'must be a number',
);
/** A WIT `list<u8>` as jco lifts it. */
export const bytes = Type.Refine(
  Type.Unsafe<Uint8Array>(Type.Unknown()),
  (value) => value instanceof Uint8Array,
  () => 'must be bytes',
);

/**
 * Reads the arguments of one host function, which come from a cell and are nothing known until here.
 *
 * @throws `CELL_BROKE_PROTOCOL` from the returned function: a guest cannot make its cell send these, so it is trapped
 */
export function argumentReader<const Schema extends TSchema>(
  functionName: string,
  schema: Schema,
): (args: readonly unknown[]) => Static<Schema> {
  const validator = Compile(schema);
  return (args) => {
    if (validator.Check(args)) return args as Static<Schema>;
    const [first] = validator.Errors(args);
    const problem = first ? ` at "${first.instancePath}": ${first.message}` : '';
    throw new SignalboxError(
      'CELL_BROKE_PROTOCOL',
      `Arguments of "${functionName}" do not fit its WIT${problem}`,
    );
  };
}
