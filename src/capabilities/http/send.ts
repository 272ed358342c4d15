import type { IncomingMessage } from 'node:http';
import { type Permission, permissionText } from '../../permissions/permission.ts';
import type { Access } from '../access.ts';
import { openConnection } from './connection.ts';
import { type Destination, findDestination } from './destination.ts';
import { exchange } from './exchange.ts';
import { brokenOff, RequestFailure } from './failure.ts';
import { headerBytes, maxHeaderBytes } from './headers.ts';
import type { Lifetime } from './lifetime.ts';
import type { Network } from './network.ts';
import type { HttpRequest } from './request.ts';
import type { Secrets } from './secrets.ts';

/** From the look-up of the name to the end of the TLS handshake. */
const connectMs = 5_000;
/** From the request to the end of the head of its response. */
const headMs = 10_000;

export interface SendOptions {
  readonly access: Access;
  readonly network: Network;
  readonly secrets: Secrets;
}

export interface Sent {
  readonly response: IncomingMessage;
  /** The values that went out with it. */
  readonly secrets: readonly string[];
  /** Charges bytes of it to the lease that allowed it, where it was one. */
  readonly charge: (bytes: number) => void;
}

/**
 * Sends one request, redirects not followed. Nothing leaves before its origin is granted: not even the name is looked up.
 *
 * @throws RequestFailure
 */
export async function send(
  request: HttpRequest,
  lifetime: Lifetime,
  { access, network, secrets }: SendOptions,
): Promise<Sent> {
  const { url, method } = request;
  const needed: Permission = { kind: 'net:request', scope: url.origin };
  if (!access.check(needed).allowed) throw denied(needed, access.decide(needed, method).rule);

  const filling = secrets.fill(request.headers, url.origin);
  if (filling.outcome === 'unknown')
    throw new RequestFailure({ tag: 'invalid-request', val: filling.problem });
  if (filling.outcome === 'unbound') {
    access.deny(needed, filling.rule, method);
    throw denied(needed, filling.rule);
  }
  const { headers, values } = filling;
  if (headerBytes(headers) > maxHeaderBytes) {
    const problem = `The headers are longer than ${maxHeaderBytes} bytes`;
    throw new RequestFailure({ tag: 'invalid-request', val: problem });
  }

  let charge = (_bytes: number): void => {};
  const connecting = async () => {
    const destination = await findDestination(url, network.resolve, lifetime.signal);
    if (destination.outcome === 'refused') {
      access.deny(needed, destination.rule, method);
      throw denied(needed, destination.guestRule);
    }
    return connect(destination);
  };
  const connect = async (destination: Destination) => {
    // While the name was looked up the time may have run out, or the grant.
    lifetime.signal.throwIfAborted();
    const decision = access.decide(needed, method);
    if (!decision.allowed) throw denied(needed, decision.rule);
    charge = (bytes) => access.charge(decision, bytes);
    charge(request.body?.length ?? 0);
    return openConnection(destination, network.connection, lifetime.signal).catch((cause: unknown) => {
      throw brokenOff('The server cannot be reached', cause);
    });
  };
  const socket = await lifetime.within(connectMs, connecting());
  const response = await lifetime.within(headMs, exchange(socket, { ...request, headers }));
  return { response, secrets: values, charge };
}

function denied(needed: Permission, rule: string): RequestFailure {
  return new RequestFailure({ tag: 'denied', val: { permission: permissionText(needed), rule } });
}
