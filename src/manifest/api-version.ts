import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import type { Manifest } from './manifest.ts';

interface ApiVersion {
  readonly major: number;
  readonly minor: number;
}

/** Reads `0.1` or `0.1.0`; the patch makes no difference. */
export function parseApiVersion(text: string): ApiVersion | undefined {
  const match = /^(\d{1,6})\.(\d{1,6})(\.\d{1,6})?$/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

/** Whether a host that offers `hostApiVersion` can run the plugin: the same major, and at least its minor. No `api` fits any host. */
export function checkApi(
  { id, api }: Pick<Manifest, 'id' | 'api'>,
  hostApiVersion: string,
): ErrorRecord | undefined {
  const offered = parseApiVersion(hostApiVersion);
  const required = api === undefined ? offered : parseApiVersion(api);
  if (required && offered && required.major === offered.major && required.minor <= offered.minor)
    return undefined;
  const versions = `api ${api} is required, host offers ${offered?.major}.${offered?.minor}`;
  return new SignalboxError('API_INCOMPATIBLE', `Cannot load plugin "${id}": ${versions}`, {
    hint: `Use a build of the plugin for api ${offered?.major}.${offered?.minor}, or a newer host`,
    details: { required: api, offered: hostApiVersion },
  }).toRecord();
}
