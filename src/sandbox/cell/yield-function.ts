import { wasm } from './web-assembly.ts';

/**
 * `(module (import "" "a" (func $mustSuspend (result i32))) (import "" "b" (func $suspend))
 *   (func (export "") (if (call $mustSuspend) (then (call $suspend)))))`
 */
const yielder = Buffer.from(
  [
    '0061736d01000000' + '0108026000017f600000',
    '020b020001610000000162' + '000103020101070401000002' + '0a0b01090010000440' + '10010b0b',
  ].join(''),
  'hex',
);

/**
 * A function of wasm, without parameters or result: typed references take no other. V8 traps on every call of a `Suspending` import
 * where nothing can be suspended, whether that suspends or not, so it is asked before.
 *
 * @param suspend made by `new WebAssembly.Suspending`
 */
export function yieldFunction(mustSuspend: () => boolean, suspend: object): unknown {
  module ??= new wasm.Module(yielder);
  const imports = { '': { a: () => (mustSuspend() ? 1 : 0), b: suspend } };
  return new wasm.Instance(module, imports).exports[''];
}

let module: object | undefined;
