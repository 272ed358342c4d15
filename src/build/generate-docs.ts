import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { referencePages } from './docs/reference-pages.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
for (const [path, page] of Object.entries(referencePages)) {
  await mkdir(dirname(join(repository, path)), { recursive: true });
  await writeFile(join(repository, path), page());
}
