import { Resource, Unobtainable } from './resource.ts';
import type { WasiContext } from './wasi-context.ts';
import { WitError } from './wit-error.ts';

class Network extends Resource {}
class TcpSocket extends Unobtainable {}
class UdpSocket extends Unobtainable {}
class IncomingDatagramStream extends Unobtainable {}
class OutgoingDatagramStream extends Unobtainable {}
class ResolveAddressStream extends Unobtainable {}

/** `wasi:sockets`: there are none. No permission allows them, since none could say which. */
export function socketImports({ numbers, denials }: WasiContext) {
  const refuse =
    (kind: 'tcp' | 'udp') =>
    (family: string): never => {
      denials.tell('socket', `${kind} ${family}`);
      throw new WitError('access-denied');
    };
  return {
    'wasi:sockets/network': { Network, networkErrorCode: () => undefined },
    'wasi:sockets/instance-network': { instanceNetwork: () => new Network(numbers) },
    'wasi:sockets/tcp': { TcpSocket },
    'wasi:sockets/tcp-create-socket': { createTcpSocket: refuse('tcp') },
    'wasi:sockets/udp': { UdpSocket, IncomingDatagramStream, OutgoingDatagramStream },
    'wasi:sockets/udp-create-socket': { createUdpSocket: refuse('udp') },
    'wasi:sockets/ip-name-lookup': {
      ResolveAddressStream,
      resolveAddresses: (_network: Network, name: string): never => {
        denials.tell('lookup', name);
        throw new WitError('access-denied');
      },
    },
  };
}
