import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeProgram, encodeProgram, sealProgram, unsealProgram } from '../../src/sandbox/program.ts';

/** Exports `take`, to be made one that never returns. */
export const takes = `(component
  (core module $main (func (export "take")))
  (core instance $main (instantiate $main))
  (func (export "take") (canon lift (core func $main "take"))))`;

/**
 * Puts a loop into the glue of what was prepared last, where it calls `take`. No guest can be written that does not let go of its cell; whoever broke
 * out of one can do so.
 */
export async function makeNeverReturn(cacheFolder: string): Promise<void> {
  const [name = ''] = (await readdir(cacheFolder)).filter((file) => file.endsWith('.program'));
  const file = join(cacheFolder, name);
  const bytes = unsealProgram(await readFile(file));
  if (!bytes) throw new Error('The cache holds no program');
  const program = decodeProgram(bytes);
  const glue = program.glue.replace('async function take() {', '$& for (;;);');
  if (glue === program.glue) throw new Error('The glue has no "take"');
  await writeFile(file, sealProgram(encodeProgram({ ...program, glue })));
}
