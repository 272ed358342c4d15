import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { type WasmModule, wasm } from '../support/web-assembly.ts';
import { atomOf, itemsOf, type Node } from './wast-script.ts';

const numeric = /^(i32|i64|f32|f64|v128)\.const$/;

/** A module that calls the guest and stores the results, so that no bit of a float or a vector is lost on the way through JavaScript. */
export async function wrapperOf(
  parameters: readonly Node[],
  expected: readonly Node[],
): Promise<WasmModule | undefined> {
  const types = [
    parameters,
    expected.map((node) => (atomOf(itemsOf(node)[0]) === 'either' ? (itemsOf(node)[1] ?? node) : node)),
  ];
  const named = types.map((nodes) => nodes.map((node) => atomOf(itemsOf(node)[0])));
  if (named.flat().some((name) => !numeric.test(name))) return undefined;
  const [parameterTypes = [], resultTypes = []] = named.map((names) =>
    names.map((name) => name.split('.')[0] ?? ''),
  );
  const locals = resultTypes.map((type, index) => `(local $${index} ${type})`).join(' ');
  const sets = resultTypes.map((_type, index) => `local.set ${resultTypes.length - 1 - index}`).join(' ');
  const stores = resultTypes
    .map((type, index) => `i32.const ${index * 16} local.get ${index} ${type}.store`)
    .join(' ');
  const source = `(module (import "guest" "call" (func $call (param ${parameterTypes.join(' ')}) (result ${resultTypes.join(' ')})))
    (memory (export "results") 1) (func (export "run") ${locals} ${parameters.map(toText).join(' ')} call $call ${sets} ${stores}))`;
  return new wasm.Module(await parse(source));
}

function toText(node: Node): string {
  return itemsOf(node).map(atomOf).join(' ');
}

export function toJs(node: Node): unknown {
  const [type, value] = itemsOf(node).map(atomOf);
  const digits = (value ?? '').replaceAll('_', '');
  switch (type) {
    case 'i32.const':
      return Number(BigInt.asIntN(32, toBigInt(digits)));
    case 'i64.const':
      return BigInt.asIntN(64, toBigInt(digits));
    case 'ref.extern':
    case 'ref.host':
      return Number(digits);
    case 'ref.null':
      return null;
    default:
      return digits.includes('nan')
        ? Number.NaN
        : digits.endsWith('inf')
          ? digits.startsWith('-')
            ? -Infinity
            : Infinity
          : Number(digits);
  }
}

function toBigInt(digits: string): bigint {
  return digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits.replace('+', ''));
}

/** An outcome as text that two runs can be compared by. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return value.map(show).join(' ');
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'function') return `function/${value.length}`;
  return typeof value === 'object' && value !== null ? 'object' : `${typeof value} ${String(value)}`;
}
