/** What a token of the admin API may be used for; `admin` includes the others, which do not include each other. */
export const tokenScopes = ['read', 'write', 'admin'] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** A token without what it takes to check it. Times are milliseconds since 1970-01-01 UTC. */
export interface TokenRecord {
  /** Names it in lists and for revoking; not a part of the secret. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly createdAt: number;
  readonly expiresAt?: number;
}
