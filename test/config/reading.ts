import type { ConfigDocument } from '../../src/config/document.ts';
import { type ConfigParse, parseConfig } from '../../src/config/parse.ts';
import type { ErrorRecord } from '../../src/core/errors.ts';

export const file = '/host/app.toml';

export function documentOf(text: string): ConfigDocument {
  const parse = parseConfig(text, file);
  if (parse.outcome === 'invalid') throw new Error(parse.error.message);
  return parse.document;
}

export function problemOf(parse: ConfigParse): ErrorRecord | undefined {
  return parse.outcome === 'invalid' ? parse.error : undefined;
}

/** `line:column code message` */
export function brief({ code, message, location }: ErrorRecord): string {
  return `${location?.line}:${location?.column} ${code} ${message}`;
}
