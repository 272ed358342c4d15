import { expect, test } from 'vitest';
import { HeapFullListener } from '../../../src/sandbox/broker/cell-death.ts';

const lastWords = `
<--- Last few GCs --->

[1:0x457d8000]      896 ms: Mark-Compact (reduce) 99.5 (131.6) -> 99.5 (131.6) MB, last resort; GC in old space requested

FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
----- Native stack trace -----

 1: 0x840e50  [node]
${' 2: node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]\n'.repeat(200)}`;

test.each<[how: string, pieces: readonly string[], isHeapFull: boolean]>([
  ['at once', [lastWords], true],
  ['letter by letter', [...lastWords], true],
  ['with another cause', ['FATAL ERROR: v8::ToLocalChecked Empty MaybeLocal\n'], false],
  ['in the middle of a line', ['who says FATAL ERROR: x JavaScript heap out of memory\n'], false],
  ['in a line that goes on', ['FATAL ERROR: JavaScript heap out of memory is told here\n'], false],
  ['nothing', [], false],
])('a full heap is heard only where V8 says so: %s', (_how, pieces, isHeapFull) => {
  const listener = new HeapFullListener();
  for (const piece of pieces) listener.hear(piece);
  expect(listener.isHeapFull).toBe(isHeapFull);
});
