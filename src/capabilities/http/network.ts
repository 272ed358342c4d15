import { createSecureContext, getCACertificates } from 'node:tls';
import { type ConnectionOptions, type Dial, dialTcp } from './connection.ts';
import { type NameResolver, systemResolver } from './name-resolver.ts';

export interface NetworkOptions {
  /**
   * Asked once for each request and each redirect, after the origin was found granted. What it answers is not trusted: one address
   * that is not public, and the request is denied. Default: the system's resolver.
   */
  readonly resolve?: NameResolver;
  /** Gets addresses that were checked, never a name; TLS begins on its socket. Default: TCP. */
  readonly dial?: Dial;
  /** Certificates in PEM form that are trusted beside the platform's. */
  readonly certificates?: readonly string[];
}

/** The host's way out, shared by all plugins. */
export interface Network {
  readonly resolve: NameResolver;
  readonly connection: ConnectionOptions;
}

export function createNetwork({ resolve, dial, certificates }: NetworkOptions = {}): Network {
  return {
    resolve: resolve ?? systemResolver(),
    connection: {
      dial: dial ?? dialTcp,
      ...(certificates && {
        secureContext: createSecureContext({ ca: [...getCACertificates('default'), ...certificates] }),
      }),
    },
  };
}
