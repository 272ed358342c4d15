/** Where a function begins; the glue has one for each import and export of a component. What stands behind one within another is left as it is. */
const functionStart = /^(?=\s*(?:const _trampoline\d+ = (?:async )?function\b|(?:async )?function \w))/m;
const asyncFunction = /^\s*(?:const _trampoline\d+ = )?async function\b/;
const makesRoom = /(realloc\d+Async = )WebAssembly\.promising\(/g;
const postReturns = /^(\s*)(postReturn\d+)\((\w*)\);/gm;
/** One list that is read from a memory, element by element. */
const liftsList = /^\s*for \(let i = 0; i < len\d+; i\+\+\) \{/gm;

/** Text for a guest. As the glue's own functions for it, but that they wait for the room they ask for. */
const encoders = `
    async function $$utf8(text, realloc, memory) {
      if (typeof text !== 'string') throw new TypeError('expected a string, received [' + typeof text + ']');
      if (text.length === 0) return { ptr: 1, len: 0 };
      const bytes = new TextEncoder().encode(text);
      const ptr = await realloc(0, 0, 1, bytes.length);
      new Uint8Array(memory.buffer, ptr, bytes.length).set(bytes);
      return { ptr, len: bytes.length };
    }
    async function $$utf16(text, realloc, memory) {
      const len = text.length;
      const ptr = await realloc(0, 0, 2, len * 2);
      const units = new Uint16Array(memory.buffer, ptr, len);
      for (let at = 0; at < len; at++) units[at] = text.charCodeAt(at);
      return { ptr, len };
    }
`;

/**
 * The glue calls into a guest past its exports, too: for room, and to give an answer back. Called directly a guest cannot be suspended, and one that
 * spins there keeps the processor from all others. Here these calls are made as those of exports are, and waited for, wherever something can wait.
 * Where nothing can (`GuestMeter` has the bound), the glue stays as it is. A long list is read with rests between its elements, in which others run.
 */
export function suspendableCalls(glue: string): string {
  if (![makesRoom, postReturns, liftsList].some((place) => glue.search(place) >= 0)) return glue;
  const parts = glue.split(functionStart);
  return [encoders, ...parts.map((part) => (asyncFunction.test(part) ? waiting(part) : part))]
    .join('')
    .replace(makesRoom, '$1$$$$hooks.makingRoom(');
}

function waiting(part: string): string {
  return part
    .replace(postReturns, '$1await $2Async($3);')
    .replace(liftsList, '$& if ($$$$hooks.isLiftLong()) await $$$$hooks.liftRests();')
    .replace(/= (realloc\d+)\(0, 0, /g, '= await $1Async(0, 0, ')
    .replace(
      /= _utf(8|16)AllocateAndEncode\((.+), (realloc\d+), (memory\d+)\);/g,
      '= await $$$$utf$1($2, $3Async, $4);',
    );
}
