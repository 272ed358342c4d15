import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** The version of the package this file belongs to, built or not. */
export function packageVersion(): string {
  const file = findPackageJSON(import.meta.url);
  const content: unknown = file === undefined ? {} : JSON.parse(readFileSync(file, 'utf8'));
  return typeof content === 'object' && content && 'version' in content ? `${content.version}` : 'unknown';
}
