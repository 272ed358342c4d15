import { SignalboxError } from '../../core/errors.ts';

/**
 * Names in a binary are the author's text, and a code generator pastes them into JavaScript. These grammars hold no
 * character that could end a string, a comment, a template or a line. They are checked before the generator sees a byte.
 */
const componentName =
  /^(?:\[(?:constructor|method|static|async|async method|async static)\])?[A-Za-z][A-Za-z0-9:/@.+-]*$/;
/** The space is that of `fd_write [v2]`, as linkers call the second import of one name. */
const coreName = /^[A-Za-z0-9_.$:/@#|+[\]% -]*$/;
const maxNameChars = 512;

/** All names of a file together; more is no program anyone wrote. */
export const maxNames = 200_000;

/** Import, export, field, case and parameter names of the component model. @throws `ARTIFACT_NAME_REFUSED` */
export function checkComponentName(name: string): string {
  if (name.length <= maxNameChars && componentName.test(name)) return name;
  throw refused(name, 'letters, digits and : / @ . + -');
}

/** Import and export names of core modules, and of instances made of them. @throws `ARTIFACT_NAME_REFUSED` */
export function checkCoreName(name: string): string {
  if (name.length <= maxNameChars && coreName.test(name) && !name.includes('//')) return name;
  throw refused(name, 'letters, digits, spaces and _ . $ : / @ # | + [ ] % -');
}

function refused(name: string, allowed: string): SignalboxError {
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
  return new SignalboxError(
    'ARTIFACT_NAME_REFUSED',
    `The component holds the name ${shown}, which is not allowed`,
    {
      hint: `Names may hold ${allowed}, at most ${maxNameChars} characters`,
      details: { name: name.slice(0, maxNameChars) },
    },
  );
}
