/** As much of `WebAssembly` as metering's tests use. TypeScript knows it from the DOM only. */
export interface WasmGlobal {
  value: unknown;
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export interface WasmInstance {
  readonly exports: Record<string, unknown>;
}

export interface WasmModule {
  readonly module?: never;
}

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports?: object) => WasmInstance;
  readonly Global: new (type: { value: string; mutable?: boolean }, value?: unknown) => WasmGlobal;
  readonly Memory: new (limits: object) => WasmMemory;
  readonly Table: new (limits: object) => object;
  readonly Suspending: new (call: (...parameters: readonly unknown[]) => unknown) => object;
  promising(exported: object): (...parameters: readonly unknown[]) => Promise<unknown>;
  validate(bytes: Uint8Array): boolean;
  compile(bytes: Uint8Array): Promise<WasmModule>;
  instantiate(module: WasmModule, imports?: object): Promise<WasmInstance>;
}

export const wasm = Reflect.get(globalThis, 'WebAssembly') as WebAssemblyApi;
