import { type IncomingMessage, request as startRequest } from 'node:http';
import type { Socket } from 'node:net';
import { brokenOff, RequestFailure } from './failure.ts';
import { type Header, hasHeader, maxHeaderBytes, maxHeaders } from './headers.ts';
import type { HttpRequest } from './request.ts';

/** Sends one request on a connection of its own and waits for the head of the response. The body waits in the socket. */
export async function exchange(socket: Socket, request: HttpRequest): Promise<IncomingMessage> {
  const { method, url, body } = request;
  const head = Promise.withResolvers<IncomingMessage>();
  const sent = startRequest({
    // Without an agent: no pool to share with another plugin or the host, and no proxy from the environment.
    createConnection: () => socket,
    method,
    path: `${url.pathname}${url.search}`,
    setHost: false,
    setDefaultHeaders: false,
    maxHeaderSize: maxHeaderBytes,
    insecureHTTPParser: false,
  });
  // Node drops what is over this without a word; counting is left to us, and the bytes bound it.
  sent.maxHeadersCount = 0;
  sent.on('response', head.resolve);
  sent.on('error', (cause) => head.reject(brokenOff('The server broke off', cause)));
  sent.on('close', () => head.reject(brokenOff('The server broke off', undefined)));
  for (const { name, value } of [...ownHeaders(request), ...request.headers]) sent.appendHeader(name, value);
  sent.end(body);

  const response = await head.promise;
  // It is told to whoever reads the body; when nobody does, it must not end the process.
  response.on('error', () => {});
  const count = response.rawHeaders.length / 2;
  if (count <= maxHeaders) return response;
  throw new RequestFailure({
    tag: 'io',
    val: `The response has ${count} headers; at most ${maxHeaders} are allowed`,
  });
}

function ownHeaders({ method, url, headers, body }: HttpRequest): readonly Header[] {
  const own: Header[] = [
    { name: 'Host', value: url.host },
    { name: 'Connection', value: 'close' },
  ];
  const wantsLength = body !== undefined || method === 'POST' || method === 'PUT' || method === 'PATCH';
  if (wantsLength) own.push({ name: 'Content-Length', value: String(body?.length ?? 0) });
  if (!hasHeader(headers, 'user-agent')) own.push({ name: 'User-Agent', value: 'signalbox' });
  if (!hasHeader(headers, 'accept')) own.push({ name: 'Accept', value: '*/*' });
  if (!hasHeader(headers, 'accept-encoding')) {
    // A range of an encoded body is nothing one could decode.
    const codings = hasHeader(headers, 'range') ? 'identity' : 'gzip, deflate, br, zstd';
    own.push({ name: 'Accept-Encoding', value: codings });
  }
  return own;
}
