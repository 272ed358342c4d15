import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { composeConfig } from '../../src/config/compose.ts';
import type { Runtime } from '../../src/options.ts';
import { createRuntime } from '../../src/runtime.ts';

export interface PlainPlugin {
  /** A script's text, or the path of an artifact. */
  readonly source?: string;
  readonly path?: string;
  readonly permissions?: readonly string[];
}

/** A runtime that keeps nothing for assertions: over a million calls that would look like a leak. */
export async function startPlain(plugins: Readonly<Record<string, PlainPlugin>>): Promise<Runtime> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-soak-'));
  for (const [id, { source }] of Object.entries(plugins)) {
    if (source !== undefined) await writeFile(join(folder, `${id}.ts`), source);
  }
  const text = composeConfig(
    Object.entries(plugins).map(([id, { path, permissions = [] }]) => ({
      id,
      enabled: true,
      artifactPath: path === undefined ? `${id}.ts` : resolve(path),
      permissions,
      config: {},
    })),
  );
  const runtime = await createRuntime({
    config: { text, baseFolder: folder },
    stateFolder: join(folder, '.signalbox'),
    cells: 1,
  });
  await runtime.settled();
  const close = async (): Promise<void> => {
    await runtime.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...runtime, close, [Symbol.asyncDispose]: close };
}
