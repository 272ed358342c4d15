/** One node of a WebAssembly test script, with its place in the text. */
export type Node =
  | { readonly kind: 'list'; readonly items: readonly Node[]; readonly start: number; readonly end: number }
  | { readonly kind: 'atom'; readonly text: string }
  | { readonly kind: 'string'; readonly bytes: readonly number[] };

type List = Extract<Node, { kind: 'list' }>;

/** Reads the commands of a `.wast` file. */
export function parseScript(text: string): readonly List[] {
  const stack: { items: Node[]; start: number }[] = [{ items: [], start: 0 }];
  const token = /\(;|;;[^\n]*|\(|\)|"(?:[^"\\]|\\[\s\S])*"|[^\s()";]+|\s+|[;"]/gy;
  while (token.lastIndex < text.length) {
    const start = token.lastIndex;
    const found = token.exec(text)?.[0];
    if (found === undefined) throw new Error(`Cannot read the script at ${start}`);
    if (found === '(;') token.lastIndex = endOfComment(text, start);
    else if (found === '(') stack.push({ items: [], start });
    else if (found === ')') {
      const list = stack.pop();
      if (list === undefined) throw new Error(`A parenthesis too many at ${start}`);
      stack.at(-1)?.items.push({ kind: 'list', ...list, end: token.lastIndex });
    } else if (found.startsWith('"')) {
      stack.at(-1)?.items.push({ kind: 'string', bytes: stringBytes(found.slice(1, -1)) });
    } else if (!/^(\s|;;)/.test(found)) stack.at(-1)?.items.push({ kind: 'atom', text: found });
  }
  return stack[0]?.items.filter((node) => node.kind === 'list') ?? [];
}

export function atomOf(node: Node | undefined): string {
  return node?.kind === 'atom' ? node.text : '';
}

export function textOf(node: Node | undefined): string {
  return node?.kind === 'string' ? Buffer.from(node.bytes).toString('utf8') : '';
}

export function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : [];
}

function endOfComment(text: string, start: number): number {
  const mark = /\(;|;\)/g;
  mark.lastIndex = start;
  for (let depth = 0; ; ) {
    const found = mark.exec(text);
    if (found === null) return text.length;
    depth += found[0] === '(;' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
}

const escapes: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, '"': 34, "'": 39, '\\': 92 };

function stringBytes(text: string): readonly number[] {
  const bytes: number[] = [];
  for (const [part] of text.matchAll(/\\u\{[0-9a-fA-F_]+\}|\\[0-9a-fA-F]{2}|\\.|[^\\]+/gsu)) {
    if (part.startsWith('\\u'))
      bytes.push(...Buffer.from(String.fromCodePoint(Number.parseInt(part.slice(3, -1), 16))));
    else if (part.startsWith('\\')) bytes.push(escapes[part.slice(1)] ?? Number.parseInt(part.slice(1), 16));
    else bytes.push(...Buffer.from(part));
  }
  return bytes;
}
