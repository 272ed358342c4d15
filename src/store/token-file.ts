import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Clock } from '../core/clock.ts';
import { SignalboxError } from '../core/errors.ts';
import { sha256 } from '../core/fingerprint.ts';
import { type TokenRecord, type TokenScope, tokenScopes } from '../core/token.ts';
import { replaceFile, unlessCode } from './atomic-write.ts';
import { withLockFile } from './lock-file.ts';

const tokenSchema = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{8}$' }),
  name: Type.String({ maxLength: 200 }),
  scopes: Type.Array(Type.Enum([...tokenScopes])),
  /** SHA-256 of the token, hex. 256 random bits need no salt and no slow hash. */
  hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  createdAt: Type.Integer(),
  expiresAt: Type.Optional(Type.Integer()),
});
const fileSchema = Type.Object({ version: Type.Literal(1), tokens: Type.Array(tokenSchema) });
const validator = Compile(fileSchema);

type StoredToken = Readonly<Static<typeof tokenSchema>>;

export interface NewToken {
  /** For people. */
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly expiresAt?: number;
}

/** The tokens of the admin API: their hashes in a file that only its owner may read. */
export interface TokenFile {
  /** Expired ones included. @throws `STORE_FAILED`, like all below */
  list(): Promise<readonly TokenRecord[]>;
  /** The secret is told here and kept nowhere. */
  create(wanted: NewToken): Promise<{ readonly token: string; readonly record: TokenRecord }>;
  /** Undefined when there is no token of that id. It counts at once, in every process. */
  revoke(id: string): Promise<TokenRecord | undefined>;
  /** The record of a token that is known and not expired. Takes the same time for every token of the right form. */
  verify(token: string): Promise<TokenRecord | undefined>;
}

const tokenPrefix = 'sbx_';
const tokenBytes = 32;
const tokenForm = /^sbx_[A-Za-z0-9_-]{43}$/;
const ownerOnly = 0o600;

/** @param file absolute path; it and its folder are made with the first token */
export function openTokenFile(file: string, clock: Pick<Clock, 'now'>): TokenFile {
  let known: { readonly mark: string; readonly tokens: readonly StoredToken[] } | undefined;

  const read = async (): Promise<readonly StoredToken[]> => {
    const mark = await markOf(file);
    if (mark === undefined) return [];
    if (known?.mark !== mark) known = { mark, tokens: parsed(file, await readFile(file, 'utf8')) };
    return known.tokens;
  };
  const save = async (change: (tokens: readonly StoredToken[]) => readonly StoredToken[]): Promise<void> => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await withLockFile(`${file}.lock`, async () => {
      await (await open(file, 'a', ownerOnly)).close();
      const text = `${JSON.stringify({ version: 1, tokens: change(await read()) }, undefined, 2)}\n`;
      await replaceFile(file, text, async () => true);
    });
  };

  return {
    list: async () => (await read()).map(recordOf),
    async create({ name, scopes, expiresAt }) {
      const token = tokenPrefix + randomBytes(tokenBytes).toString('base64url');
      const stored: StoredToken = {
        id: randomBytes(4).toString('hex'),
        name,
        scopes: [...scopes],
        hash: sha256(token),
        createdAt: clock.now(),
        ...(expiresAt !== undefined && { expiresAt }),
      };
      await save((tokens) => [...tokens, stored]);
      return { token, record: recordOf(stored) };
    },
    async revoke(id) {
      const revoked = (await read()).find((token) => token.id === id);
      if (!revoked) return undefined;
      await save((tokens) => tokens.filter((token) => token.id !== id));
      return recordOf(revoked);
    },
    async verify(token) {
      const tokens = await read();
      if (!tokenForm.test(token)) return undefined;
      const presented = Buffer.from(sha256(token));
      // Every one is compared, so that the time says nothing about which it was.
      const [found] = tokens.filter(({ hash }) => timingSafeEqual(Buffer.from(hash), presented));
      return found && (found.expiresAt ?? Infinity) > clock.now() ? recordOf(found) : undefined;
    },
  };
}

/** Changes when the file does; undefined when there is none. */
async function markOf(file: string): Promise<string | undefined> {
  const stats = await stat(file, { bigint: true }).catch(unlessCode(undefined, 'ENOENT', 'ENOTDIR'));
  if (!stats) return undefined;
  if (process.platform !== 'win32' && (stats.mode & 0o077n) !== 0n) {
    throw unusable(file, 'others than its owner may read or write it', `Run "chmod 600 ${file}"`);
  }
  return `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
}

function parsed(file: string, text: string): readonly StoredToken[] {
  if (text === '') return [];
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unusable(file, 'it is not JSON');
  }
  if (!validator.Check(content)) throw unusable(file, 'it does not fit its schema');
  return content.tokens;
}

function recordOf({ hash: _, ...record }: StoredToken): TokenRecord {
  return record;
}

function unusable(file: string, reason: string, hint?: string): SignalboxError {
  return new SignalboxError('STORE_FAILED', `The token file "${file}" cannot be used: ${reason}`, {
    hint: hint ?? 'Move it away and make new tokens with "signalbox token create"',
  });
}
