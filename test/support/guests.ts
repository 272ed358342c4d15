import { type GuestCode, type GuestFunction, Refusal } from './fake-sandbox.ts';

/** A guest with the whole lifecycle that says nothing, and what `extra` adds or replaces. */
export function guest(extra: Readonly<Record<string, GuestFunction>> = {}): GuestCode {
  return () => ({
    'lifecycle.init': () => ({ version: '0.0.0', description: '', capabilities: [] }),
    'lifecycle.handle-event': () => undefined,
    'lifecycle.shutdown': () => undefined,
    ...extra,
  });
}

/** Answers with the `plugin-error` variant. */
export function refuse(tag: 'invalid-config' | 'io' | 'failed', val: string): never {
  throw new Refusal({ tag, val });
}

/** A guest function that waits until it is let go. */
export function gate(): {
  readonly fn: GuestFunction;
  readonly open: (value?: unknown) => void;
  entered: number;
} {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const state = {
    entered: 0,
    open: (value?: unknown) => resolve(value),
    fn: () => {
      state.entered += 1;
      return promise;
    },
  };
  return state;
}
