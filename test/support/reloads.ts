import { documentOf, entryOf } from './config-documents.ts';
import { FakeRuntime } from './fake-runtime.ts';
import type { GuestCode } from './fake-sandbox.ts';

/** A runtime in which "a" is this code, and Ready. */
export async function ready(code: GuestCode, draft = {}): Promise<FakeRuntime> {
  const runtime = new FakeRuntime();
  runtime.artifacts.put('a', { code });
  runtime.start(documentOf([entryOf('a', draft)]));
  await runtime.reaches('a', 'Ready');
  return runtime;
}

/** A new version of "a" is saved. */
export function save(runtime: FakeRuntime, code: GuestCode, version = '2.0.0'): void {
  runtime.artifacts.put('a', { code, manifest: { version } });
  runtime.fileWatcher.touch('/app/a/main.ts');
}
