import type { Clock } from '../core/clock.ts';
import { SignalboxError } from '../core/errors.ts';
import type { TokenRecord, TokenScope } from '../core/token.ts';
import { FailureBucket } from './failure-bucket.ts';

/** Who makes a request. */
export interface Principal {
  /** Unique among those who can be told apart. */
  readonly id: string;
  readonly scopes: readonly TokenScope[];
}

/** Says who is behind an `Authorization` header. @throws `API_TOKEN_MISSING`, `API_RATE_LIMITED` */
export type Authenticate = (authorization: string | undefined, address: string) => Promise<Principal>;

/** For whoever can open the unix socket: its file rights have let them in. */
export const authenticateOwner: Authenticate = async () => ({ id: 'socket', scopes: ['admin'] });

/** RFC 6750: `Authorization: Bearer <token>`. */
const bearer = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

export function createTokenAuthentication(
  tokens: { verify(token: string): Promise<TokenRecord | undefined> },
  clock: Pick<Clock, 'now'>,
): Authenticate {
  const failures = new FailureBucket(clock);
  return async (authorization, address) => {
    if (authorization === undefined) {
      throw new SignalboxError('API_TOKEN_MISSING', 'This needs a token: Authorization: Bearer <token>', {
        hint: 'Make one with "signalbox token create"',
      });
    }
    const [, token] = bearer.exec(authorization) ?? [];
    const record = token === undefined ? undefined : await tokens.verify(token);
    if (record) return { id: `token:${record.id}`, scopes: record.scopes };
    const waitSeconds = failures.fail(address);
    if (waitSeconds > 0) {
      throw new SignalboxError('API_RATE_LIMITED', 'Too many wrong tokens came from this address', {
        details: { retryAfterSeconds: waitSeconds },
      });
    }
    throw new SignalboxError('API_TOKEN_MISSING', 'The token is not known, was revoked or has expired', {
      hint: 'See which there are with "signalbox token list"',
    });
  };
}

/** @throws `API_SCOPE_MISSING` */
export function requireScope({ scopes }: Principal, scope: TokenScope): void {
  if (scopes.includes('admin') || scopes.includes(scope)) return;
  throw new SignalboxError('API_SCOPE_MISSING', `This needs the scope "${scope}"`, {
    hint: `The token has ${scopes.map((each) => `"${each}"`).join(' and ') || 'none'}; make another one`,
  });
}
