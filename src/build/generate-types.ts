import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jco } from './jco.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const types = join(repository, 'generated/plugin-types');

await rm(types, { recursive: true, force: true });
await jco('guest-types', join(repository, 'wit'), '--world-name', 'stateful-plugin', '--out-dir', types);

// jco declares modules with their version; plugins leave it out, since their manifest names it.
const files = (await readdir(join(types, 'interfaces'))).sort();
const lines = files.flatMap((file) => {
  const specifier = `signalbox:plugin/${basename(file, '.d.ts').replace('signalbox-plugin-', '')}`;
  return [
    `/// <reference path="./interfaces/${file}" />`,
    `declare module '${specifier}' {`,
    `  export * from '${specifier}@0.1.0';`,
    '}',
  ];
});
await writeFile(join(types, 'signalbox-plugin.d.ts'), `${lines.join('\n')}\n`);
