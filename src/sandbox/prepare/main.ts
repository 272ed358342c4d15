import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { toErrorRecord } from '../../core/errors.ts';
import { scriptHostComponentFile, shimPackage, translatorPackage } from '../entries.ts';
import { encodeAnswer, preparePipe, readyByte } from './answer.ts';
import { resolvePackages } from './resolve-packages.ts';

/** The translating child: takes one component, answers, ends. It ends as well when its parent does. */
const [, , apiVersion = '', translator = '', shim = '', warm] = process.argv;
resolvePackages({ [translatorPackage]: translator, [shimPackage]: shim });
const { translate } = await import('./translate.ts');

const pipe = new Socket({ fd: preparePipe, readable: true, writable: true, allowHalfOpen: true });
// A spare that waits can make itself quick: the first component costs a second of compiling the translator.
if (warm !== undefined) await translate(await readFile(scriptHostComponentFile), apiVersion);
pipe.write(Uint8Array.of(readyByte));

const chunks: Buffer[] = [];
// The pipe's other half is still to be written.
for await (const chunk of pipe.iterator({ destroyOnReturn: false })) chunks.push(chunk);
const component = Buffer.concat(chunks);
if (component.length > 0) {
  const answer = await translate(component, apiVersion).catch((error: unknown) =>
    toErrorRecord(error, 'PREPARE_FAILED'),
  );
  pipe.write(encodeAnswer(answer), () => process.exit());
} else {
  process.exit();
}
