/**
 * The path grammar for guests, the same on every platform, so that a plugin that works on one works on all:
 * - `/` separates; a path starts with a granted root as the operator wrote it, and names no component twice over (`//`, `.`, `..`).
 * - A component has no control character, `\` or `:`, does not end in a dot or a space, is no device name of Windows (`aux.vcd` is
 *   one), holds no encoded `.` `/` `\` or NUL (`%2e`), and is at most 255 bytes; a path at most 4,096.
 * - All of that holds as well for what others may make of the component: decoded as often as it goes (`%252e`), in the compatibility
 *   normal form (`．．` and `a／b` of full width), without characters that nothing shows (a zero-width space).
 *
 * It costs some names that a Unix disk may hold: `run_12:30.vcd`, `a\b`, `notes.`, `notes…`, `aux.c`. Such an entry is listed as `other` and
 * cannot be opened; the operator renames it, or grants it by its own name, since a root is taken as written.
 */
const maxPathBytes = 4_096;
const maxComponentBytes = 255;

const deviceNames = /^(con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9]|lpt[0-9])\s*(\.|$)/i;
const encodedSyntax = /%(2e|2f|5c|00)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/;

/** A granted path in its one spelling: no leading `./`, no trailing `/`, no empty or `.` component; `.` is the config's folder. */
export function normalizeRoot(written: string): string {
  const components = written.split('/').filter((component) => component !== '' && component !== '.');
  if (written.startsWith('/')) return `/${components.join('/')}`;
  return components.length === 0 ? '.' : components.join('/');
}

/**
 * A guest's spelling of a path without the two freedoms it has: one leading `./` and one trailing `/`. A second one is no freedom: such a
 * path stays as it is and lies below no root, so that normalizing again changes nothing.
 */
export function normalizeGuestPath(written: string): string {
  const path = /^\.\/(?!\/|\.\/|\.?$)/.test(written) ? written.slice(2) : written;
  return /[^/]\/$/.test(path) ? path.slice(0, -1) : path;
}

/**
 * The components of a normalized guest path below a normalized root: none when it is the root itself, undefined when it lies
 * elsewhere or breaks the grammar below the root.
 */
export function componentsBelow(root: string, path: string): readonly string[] | undefined {
  if (path === root) return [];
  const rest = textBelow(root, path);
  if (rest === undefined || tooLong(path, maxPathBytes)) return undefined;
  const components = rest.split('/');
  return components.every((component) => componentProblem(component) === undefined) ? components : undefined;
}

/** What is wrong with a guest path that no root explains; undefined when it follows the grammar. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (tooLong(path, maxPathBytes)) return `is longer than ${maxPathBytes} bytes`;
  if (path === '.' || path === '/') return undefined;
  const components = (path.startsWith('/') ? path.slice(1) : path).split('/');
  return components.map(componentProblem).find((problem) => problem !== undefined);
}

/** The path of an entry below a root, as guests name it. */
export function joinBelow(root: string, components: readonly string[]): string {
  if (components.length === 0) return root;
  const rest = components.join('/');
  if (root === '.') return rest;
  return root === '/' ? `/${rest}` : `${root}/${rest}`;
}

/** What is wrong with one component; undefined when it follows the grammar. */
export function componentProblem(component: string): string | undefined {
  if (tooLong(component, maxComponentBytes)) return `has a component of more than ${maxComponentBytes} bytes`;
  // U+FFFD is what decoders make of bytes that are no text: overlong forms of `.` and `/` for one.
  if (!component.isWellFormed() || component.includes('\ufffd')) return 'is not valid Unicode';
  let reading: string;
  let next = component;
  do {
    reading = next;
    const problem = syntaxProblem(reading);
    if (problem !== undefined) return problem;
    next = readAgain(reading);
  } while (next !== reading);
  return undefined;
}

function syntaxProblem(component: string): string | undefined {
  if (component === '') return 'has an empty component';
  if (component === '.' || component === '..') return `has a component "${component}"`;
  if (controlCharacters.test(component)) return 'has a control character';
  if (component.includes('/')) return 'has a slash in disguise';
  if (component.includes('\\')) return 'has a backslash';
  if (component.includes(':')) return 'has a colon';
  if (encodedSyntax.test(component)) return 'has percent-encoded syntax';
  if (component.endsWith('.') || component.endsWith(' '))
    return 'has a component that ends in a dot or a space';
  if (deviceNames.test(component)) return 'has a component that is a device name on Windows';
  return undefined;
}

/** What a careless reader makes of a component; each time shorter or the same, but for the first. */
function readAgain(component: string): string {
  return component
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/%([0-7][0-9a-f])/gi, (_encoded, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function textBelow(root: string, path: string): string | undefined {
  if (root === '.') return path.startsWith('/') ? undefined : path;
  const prefix = root === '/' ? root : `${root}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

function tooLong(text: string, maxBytes: number): boolean {
  return (
    text.length > maxBytes || (text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes)
  );
}
