import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { createServer as createTcpServer, type Socket } from 'node:net';

/** What a server was asked, in short. */
export interface Asked {
  /** `GET /a?b` */
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface LocalServer extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly asked: Asked[];
  /** Connections so far. */
  readonly connections: () => number;
  /** Connections now. */
  readonly open: () => number;
}

/** A real server on this machine, which answers by the first segment of the path. */
export async function localServer(
  routes: Readonly<Record<string, RequestListener>>,
  tls?: { readonly key: string; readonly cert: string },
): Promise<LocalServer> {
  const asked: Asked[] = [];
  const answer: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      asked.push({
        line: `${request.method} ${request.url}`,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      const route = routes[(request.url ?? '').split(/[/?]/)[1] ?? ''];
      if (route) route(request, response);
      else response.writeHead(404).end();
    });
  };
  return listening(
    tls ? createSecureServer(tls, answer) : createServer(answer),
    tls ? 'https' : 'http',
    asked,
  );
}

/** A server that speaks no protocol but what the test says. */
export function rawServer(talk: (socket: Socket) => void): Promise<LocalServer> {
  return listening(createTcpServer(talk), 'http', []);
}

async function listening(server: Server | TcpServer, scheme: string, asked: Asked[]): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((listen) => server.listen(0, '127.0.0.1', listen));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `${scheme}://127.0.0.1:${port}`,
    asked,
    connections: () => connections,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
