/** As much of `WebAssembly` as cells use. TypeScript knows it from the DOM only, and Promise Integration not at all. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  compile(bytes: Uint8Array): Promise<object>;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Global: new (type: { value: 'i64'; mutable: true }, value: bigint) => { value: bigint };
  readonly Suspending: new (call: WasmCall) => object;
  promising(call: WasmCall): (...args: unknown[]) => Promise<unknown>;
}

export type WasmCall = (...args: unknown[]) => unknown;

export const wasm = Reflect.get(globalThis, 'WebAssembly') as WebAssemblyApi;
