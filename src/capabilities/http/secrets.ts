import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import type { PluginEntry } from '../../config/document.ts';
import type { SecretReference } from '../../config/secrets.ts';
import { SignalboxError } from '../../core/errors.ts';
import { systemCode } from '../system-errors.ts';
import { type Header, isFieldValue } from './headers.ts';

const placeholder = /\{\{secret:([^{}]*)\}\}/g;
const maxSecretBytes = 4 * 1024;

/** The secrets of one entry, with their values. They go into headers on their way out and nowhere else. */
export interface Secrets {
  /** Headers with every placeholder filled in, if all of them may go to that origin. */
  fill(headers: readonly Header[], origin: string): Filling;
}

export type Filling =
  | {
      readonly outcome: 'filled';
      readonly headers: readonly Header[];
      /** The values now in them. */
      readonly values: readonly string[];
    }
  | { readonly outcome: 'unknown'; readonly problem: string }
  | { readonly outcome: 'unbound'; readonly rule: string };

export function namesSecret(value: string): boolean {
  return value.search(placeholder) >= 0;
}

/**
 * Reads the secrets of an entry from where it says, now. A changed one is read when the plugin is loaded anew.
 *
 * @throws `SECRET_UNAVAILABLE`
 */
export function loadSecrets({ id, secrets = {} }: PluginEntry, baseFolder: string): Secrets {
  const known = new Map(
    Object.entries(secrets).map(([name, reference]) => {
      const value = readSecret(reference, baseFolder);
      if (typeof value === 'string') return [name, { value, origins: reference.origins }] as const;
      throw new SignalboxError('SECRET_UNAVAILABLE', `Secret "${name}" of plugin "${id}" ${value.problem}`, {
        hint: value.hint,
      });
    }),
  );
  return {
    fill(headers, origin) {
      const used = new Set<string>();
      for (const [, name = ''] of headers.flatMap(({ value }) => [...value.matchAll(placeholder)])) {
        const secret = known.get(name);
        if (!secret)
          return { outcome: 'unknown', problem: `The entry has no secret of a name the headers use` };
        if (!secret.origins.includes(origin)) {
          const origins = secret.origins.map((bound) => `"${bound}"`).join(', ');
          return { outcome: 'unbound', rule: `Secret "${name}" is bound to ${origins} alone` };
        }
        used.add(secret.value);
      }
      const filled = headers.map(({ name, value }) => ({
        name,
        value: value.replace(placeholder, (_, secret: string) => known.get(secret)?.value ?? ''),
      }));
      return { outcome: 'filled', headers: filled, values: [...used] };
    },
  };
}

interface Unreadable {
  /** Completes `Secret "x" of plugin "y" ...`; never the value. */
  readonly problem: string;
  readonly hint: string;
}

function readSecret({ from }: SecretReference, baseFolder: string): string | Unreadable {
  const written =
    from.kind === 'env' ? process.env[from.name] : readSecretFile(resolve(baseFolder, from.path));
  const place = from.kind === 'env' ? `variable ${from.name}` : `file "${from.path}"`;
  if (written === undefined) {
    const isEnv = from.kind === 'env';
    return {
      problem: isEnv ? `is not set: the host has no ${place}` : `cannot be read from the ${place}`,
      hint: isEnv
        ? `Start the host with ${from.name} set`
        : `Put a file of at most ${maxSecretBytes} bytes there that the host may read; the path starts at the config file`,
    };
  }
  // Editors and `echo` end a file with a line end that is not meant.
  const value = from.kind === 'file' ? written.replace(/\r?\n$/, '') : written;
  if (value !== '' && value.length <= maxSecretBytes && isFieldValue(value)) return value;
  return {
    problem: value === '' ? `is empty in the ${place}` : `cannot be sent in a header as the ${place} has it`,
    hint: `A secret is one line of visible Latin-1 characters, at most ${maxSecretBytes}, without space around it`,
  };
}

/** A file is read at once, before the plugin starts, and small: waiting for it elsewhere would not pay. */
function readSecretFile(path: string): string | undefined {
  let descriptor: number;
  try {
    // A pipe without a writer would hold up the host.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  }
  try {
    const stat = fstatSync(descriptor);
    return stat.isFile() && stat.size <= maxSecretBytes ? readFileSync(descriptor, 'utf8') : undefined;
  } finally {
    closeSync(descriptor);
  }
}
