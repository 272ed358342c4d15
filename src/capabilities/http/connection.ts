import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import type { Destination } from './destination.ts';

/** Opens a TCP connection to the first of these addresses that answers. */
export type Dial = (addresses: readonly string[], port: number) => Socket;

export interface ConnectionOptions {
  readonly dial: Dial;
  /** Certificates to trust; default those of the platform. */
  readonly secureContext?: SecureContext;
}

/** Dials by a resolver that knows the checked answers and nothing else: no name is looked up a second time. */
export const dialTcp: Dial = (addresses, port) => {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  return connectTcp({
    // It is never resolved but by the next line.
    host: 'checked.invalid',
    port,
    lookup: (_hostname, { all }, answer) => {
      const [first] = answers;
      if (all || !first) answer(null, answers);
      else answer(null, first.address, first.family);
    },
    autoSelectFamily: true,
  });
};

/** A connected socket, destroyed when the signal aborts. For https its peer has shown a certificate for the name that was asked for. */
export async function openConnection(
  { addresses, hostname, port, isSecure }: Destination,
  { dial, secureContext }: ConnectionOptions,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const plain = dial(addresses, port);
  bindTo(signal, plain);
  if (!isSecure) {
    await once(plain, 'connect');
    return plain;
  }
  const secure = connectTls({
    socket: plain,
    // What the certificate must name; a server name is sent for names alone (RFC 6066).
    host: hostname,
    ...(isIP(hostname) === 0 && { servername: hostname }),
    ...(secureContext && { secureContext }),
    // Not even where NODE_TLS_REJECT_UNAUTHORIZED says otherwise for the host's own requests.
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
  });
  bindTo(signal, secure);
  await once(secure, 'secureConnect');
  return secure;
}

function bindTo(signal: AbortSignal, socket: Socket): void {
  const destroy = (): void => void socket.destroy();
  signal.addEventListener('abort', destroy, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', destroy));
  // Whoever waits hears of errors too; one that comes when nobody waits must not end the process.
  socket.on('error', () => {});
}
