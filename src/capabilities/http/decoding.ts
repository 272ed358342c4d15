import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { pipeline, type Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { RequestFailure } from './failure.ts';

/** RFC 9659: what a `zstd` content coding may ask of who decodes it. Without it a few bytes take 128 MiB. */
const zstdWindowLog = 23;

/** Like browsers: what can be decoded of a body that ends early is given. */
const zlib = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };

type Decoder = (response: IncomingMessage) => Transform | Promise<Transform>;

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: () => createGunzip(zlib),
  'x-gzip': () => createGunzip(zlib),
  deflate: async (response) => ((await isZlib(response)) ? createInflate(zlib) : createInflateRaw(zlib)),
  br: () =>
    createBrotliDecompress({
      flush: constants.BROTLI_OPERATION_FLUSH,
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
    }),
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLog } }),
};

export interface DecodedBody {
  /** Nothing is read before it is asked for, but for what fits into the socket's buffers. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** False when the bytes are those the server sent; then its `content-encoding` and `content-length` still say the truth. */
  readonly isDecoded: boolean;
}

/**
 * The body of a response without its content coding, decoded as it is read. An unknown coding is left to the guest, as browsers do.
 *
 * @throws RequestFailure `io` for more than one coding: a small body could cost any amount of work on the way to another small one
 */
export function decodedBody(response: IncomingMessage): DecodedBody {
  const codings = (response.headers['content-encoding'] ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > 1)
    throw new RequestFailure({ tag: 'io', val: `The response is encoded ${codings.length} times over` });
  const [coding = ''] = codings;
  const decoder = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
  if (!decoder) return { chunks: response, isDecoded: false };
  return { chunks: decode(response, decoder), isDecoded: true };
}

async function* decode(response: IncomingMessage, decoder: Decoder): AsyncGenerator<Uint8Array> {
  // An error reaches whoever reads from the decoder.
  yield* pipeline(response, await decoder(response), () => {});
}

/** Servers send two forms by the name of `deflate`; a zlib header tells them apart (RFC 1950, 2.2: CM is 8). */
async function isZlib(response: IncomingMessage): Promise<boolean> {
  await once(response, 'readable');
  const chunk: unknown = response.read();
  if (!(chunk instanceof Uint8Array)) return true;
  response.unshift(chunk);
  return ((chunk[0] ?? 0) & 0x0f) === 8;
}
