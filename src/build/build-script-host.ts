import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostApiVersion } from '../manifest/manifest.ts';
import { scriptHostComponentFile, scriptHostProgramFile } from '../sandbox/entries.ts';
import { translate } from '../sandbox/prepare/translate.ts';
import { encodeProgram, sealProgram } from '../sandbox/program.ts';

/** Builds the component scripts run in from its shim, and prepares it, so that no host has to. */
const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

await mkdir(dirname(scriptHostComponentFile), { recursive: true });
const { status, error } = spawnSync(
  process.execPath,
  [
    path('node_modules/@bytecodealliance/jco/dist/jco.js'),
    'componentize',
    path('src/sandbox/script-host/shim.js'),
    ...['--wit', path('wit'), '--world-name', 'script-host'],
    ...['--backend', 'qjs', '--backend-qjs-stub-wasi', '--backend-qjs-disable-async'],
    ...['--bundle', '--bundle-config', path('src/build/bundle.config.mjs')],
    ...['--out', scriptHostComponentFile],
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
if (error) throw error;
if (status !== 0) process.exit(status ?? 1);

const program = await translate(await readFile(scriptHostComponentFile), hostApiVersion, true);
await writeFile(scriptHostProgramFile, sealProgram(encodeProgram(program)));
