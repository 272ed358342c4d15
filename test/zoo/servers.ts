import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** A server guests may ask, and one beside it they may not. */
export interface Servers extends AsyncDisposable {
  readonly open: string;
  readonly inner: string;
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
    innerRequests: () => innerRequests,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([open.close(), inner.close()]);
    },
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
