import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { NetworkOptions } from '../../src/index.ts';

/** A server guests may ask, and one beside it they may not. */
export interface Servers extends AsyncDisposable {
  readonly open: string;
  readonly inner: string;
  /** The port of `inner`. */
  readonly innerPort: string;
  /** Names below `zoo.example`, and a public address behind which is the open server. */
  readonly network: NetworkOptions;
  /** Requests that reached the inner server: there is to be none. */
  innerRequests(): number;
}

export async function startServers(): Promise<Servers> {
  let innerRequests = 0;
  const inner = await listen((_, response) => {
    innerRequests += 1;
    response.end('secret');
  });
  const open = await listen((request, response) => {
    const redirect = (location: string): void => void response.writeHead(302, { location }).end();
    switch (request.url) {
      case '/to-inner':
        return redirect(`${inner.origin}/secret`);
      case '/to-metadata':
        return redirect('http://169.254.169.254/latest/meta-data/');
      case '/to-file':
        return redirect('file:///etc/passwd');
      case '/to-itself':
        return redirect('/secret');
      case '/to-hidden':
        return redirect(`http://hidden.zoo.example:${new URL(inner.origin).port}/secret`);
      case '/loop':
        return redirect('/loop');
      case '/endless':
        return void endless().pipe(response);
      case '/bomb':
        response.writeHead(200, { 'content-encoding': 'gzip' });
        return void endless().pipe(createGzip()).pipe(response);
      case '/slow':
        return undefined;
      default:
        return void response.end('ok');
    }
  });
  return {
    open: open.origin,
    inner: inner.origin,
    innerPort: new URL(inner.origin).port,
    network: networkTo(Number(new URL(open.origin).port)),
    innerRequests: () => innerRequests,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([open.close(), inner.close()]);
    },
  };
}

const publicAddress = '93.184.216.34';

/** What a name leads to, lookup by lookup; the last answer stays. */
const names: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'public.zoo.example': [[publicAddress]],
  'rebinds.zoo.example': [[publicAddress], ['127.0.0.1']],
  'rebinds-on-redirect.zoo.example': [[publicAddress], ['::ffff:127.0.0.1']],
  'mixed.zoo.example': [[publicAddress, '127.0.0.1']],
  'mixed-last.zoo.example': [['127.0.0.1', publicAddress]],
  'hidden.zoo.example': [['127.0.0.1']],
  'private.zoo.example': [['10.0.0.1']],
  'metadata.zoo.example': [['169.254.169.254']],
  'mapped.zoo.example': [['::ffff:7f00:1']],
  'nowhere.zoo.example': [[]],
};

function networkTo(openPort: number): NetworkOptions {
  const lookups = new Map<string, number>();
  return {
    resolve: async (name) => {
      const answers = names[name] ?? [];
      const lookup = lookups.get(name) ?? 0;
      lookups.set(name, lookup + 1);
      return answers[Math.min(lookup, answers.length - 1)] ?? [];
    },
    dial: ([address = ''], port) =>
      address === publicAddress ? connect(openPort, '127.0.0.1') : connect(port, address),
  };
}

/** Zeros, as many as anyone takes. */
function endless(): Readable {
  const zeros = Buffer.alloc(64 * 1024);
  return new Readable({
    read() {
      this.push(zeros);
    },
  });
}

async function listen(listener: RequestListener): Promise<{ origin: string; close(): Promise<void> }> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
