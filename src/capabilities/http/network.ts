import { createSecureContext, getCACertificates } from 'node:tls';
import { type ConnectionOptions, type Dial, dialTcp } from './connection.ts';
import { type NameResolver, systemResolver } from './name-resolver.ts';

export interface NetworkOptions {
  /** Default: the system's resolver. */
  readonly resolve?: NameResolver;
  /** Default: TCP. */
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
