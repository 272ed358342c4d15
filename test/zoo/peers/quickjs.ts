import { readFile } from 'node:fs/promises';
import { getQuickJS, shouldInterruptAfterDeadline } from 'quickjs-emscripten';
import { peerLimits, tellEnd } from './peer.ts';

/**
 * Run as a process of its own: `quickjs.ts <script.js> <arguments as JSON>`. With the limits of memory, stack and time that the
 * README of quickjs-emscripten recommends.
 */
const [file = '', args = '[]'] = process.argv.slice(2);
/** As its README has it. */
const maxStackBytes = 320 * 1024;

await tellEnd(async () => {
  const script = (await readFile(file, 'utf8')).replaceAll(/^export (?=function|const|async)/gm, '');
  const engine = await getQuickJS();
  const runtime = engine.newRuntime();
  runtime.setMemoryLimit(peerLimits.memoryBytes);
  runtime.setMaxStackSize(maxStackBytes);
  runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + peerLimits.deadlineMs));
  const context = runtime.newContext();
  const result = context.evalCode(`${script}\nstrike(...${args})`);
  if (!result.error) {
    context.dump(result.value);
    return 'returned';
  }
  const { name = 'thrown', message = '' } = context.dump(result.error) ?? {};
  return `${name}: ${message}`.slice(0, 80);
});
