import { Unobtainable } from '../wasi/resource.ts';
import type { WasiContext, WasiInterfaces } from '../wasi/wasi-context.ts';
import { WitError } from '../wasi/wit-error.ts';

const denied = { tag: 'access-denied' } as const;

/** `wasi:sockets` 0.3: there are none, as in 0.2. */
export function socketImports({ denials }: WasiContext): WasiInterfaces {
  const refusing = (kind: 'tcp' | 'udp') =>
    class extends Unobtainable {
      static create(family: string): never {
        denials.tell('socket', `${kind} ${family}`);
        throw new WitError(denied);
      }
    };
  return {
    'wasi:sockets/types@0.3': { TcpSocket: refusing('tcp'), UdpSocket: refusing('udp') },
    'wasi:sockets/ip-name-lookup@0.3': {
      resolveAddresses: async (name: string): Promise<never> => {
        denials.tell('lookup', name);
        throw new WitError(denied);
      },
    },
  };
}
