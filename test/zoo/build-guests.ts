import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brokenBytes } from './broken-bytes.ts';
import { createComponentBuilder } from './component-text.ts';
import type { GuestArtifact, ZooGuest } from './guest.ts';

/** The component that is no guest: the broken ones are made of it, and it serves beside them. */
export const soundGuest = 'sound';

const fixtures = new URL('../fixtures/plugins/', import.meta.url);

/** Makes every artifact below `folder`; answers where each guest's lies. What is made in the cage has no place here. */
export async function buildGuests(
  guests: readonly ZooGuest[],
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  await mkdir(folder, { recursive: true });
  await using builder = await createComponentBuilder();
  const component = async (name: string) =>
    builder.build(await readFile(new URL(`components/${name}.wat`, fixtures), 'utf8'));
  const sound = await component(soundGuest);
  const build = async (artifact: GuestArtifact, target: string): Promise<string | undefined> => {
    if ('path' in artifact) return undefined;
    if ('manifest' in artifact) {
      await mkdir(target, { recursive: true });
      await writeFile(join(target, 'plugin.toml'), artifact.manifest);
      if (artifact.entry) await build(artifact.entry, join(target, 'entry'));
      return target;
    }
    const [ending, content] =
      'script' in artifact
        ? (['js', await readFile(new URL(`scripts/${artifact.script}.js`, fixtures))] as const)
        : ([
            'wasm',
            'component' in artifact
              ? await component(artifact.component)
              : brokenBytes[artifact.bytes](sound),
          ] as const);
    const file = `${target}.${ending}`;
    await writeFile(file, content);
    return file;
  };
  const built = new Map<string, string>();
  const soundFile = join(folder, `${soundGuest}.wasm`);
  await writeFile(soundFile, sound);
  built.set(soundGuest, soundFile);
  for (const { id, artifact } of guests) {
    const path = await build(artifact, join(folder, id));
    if (path !== undefined) built.set(id, path);
  }
  return built;
}
