/** JSON that nests deeper is nothing a plugin has to say, and would overflow those who walk it. */
const maxDepth = 32;

export type JsonReading =
  | { readonly outcome: 'value'; readonly value: unknown }
  | { readonly outcome: 'invalid'; readonly problem: string };

/** Reads JSON text from a guest. */
export function readJson(text: string): JsonReading {
  if (isTooDeep(text)) return { outcome: 'invalid', problem: `nests deeper than ${maxDepth}` };
  try {
    return { outcome: 'value', value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { outcome: 'invalid', problem: 'is not JSON' };
    throw error;
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isInString) {
      if (character === '\\') index++;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '[' || character === '{') {
      if (++depth > maxDepth) return true;
    } else if (character === ']' || character === '}') depth--;
  }
  return false;
}
