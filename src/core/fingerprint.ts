import { hash } from 'node:crypto';
import { type Digest, digestOf } from './ids.ts';

/** JSON with sorted keys: two values that mean the same give the same text, whatever their key order. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) => (isPlainObject(part) ? sortKeys(part) : part)) ?? 'null'
  );
}

/** SHA-256 of text or bytes. */
export function sha256(content: string | Uint8Array): Digest {
  return digestOf(hash('sha256', content, 'hex'));
}

/** SHA-256 over the canonical JSON of a value. */
export function fingerprint(value: unknown): Digest {
  return sha256(canonicalJson(value));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function sortKeys(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
