import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';

/** Where vite left the dashboard; compiled or not, this file lies as far from it. */
const builtFolder = fileURLToPath(new URL('../../generated/dashboard', import.meta.url));

/** What the build may have made; another kind of file is not served. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Everything comes from this server, nothing is inline, nobody may frame it and no form leaves it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A year: the name of an asset holds its hash. */
const immutable = 'public, max-age=31536000, immutable';

/** In `index.html`, where the page reads what paths of the API start with. */
const prefixPlace = '{{api-prefix}}';

/** The dashboard as it is sent. */
export interface Page {
  readonly index: string;
  /** By name below `/assets/`. */
  readonly assets: ReadonlyMap<string, { readonly mediaType: string; readonly body: Buffer }>;
}

/** Reads the dashboard into memory: it is small, and a path that comes from outside is then never one of a file. Undefined when it was not built. */
export async function readPage(prefix: string, folder = builtFolder): Promise<Page | undefined> {
  let index: string;
  try {
    index = await readFile(join(folder, 'index.html'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const names = await readdir(join(folder, 'assets'));
  const assets = await Promise.all(
    names.flatMap((name) => {
      const mediaType = mediaTypes[extname(name)];
      if (mediaType === undefined) return [];
      return [readFile(join(folder, 'assets', name)).then((body) => [name, { mediaType, body }] as const)];
    }),
  );
  return { index: index.replace(prefixPlace, prefix), assets: new Map(assets) };
}

export function servePage(app: FastifyInstance, { index, assets }: Page): void {
  app.get('/', (_request, reply) =>
    reply
      .headers({
        'content-security-policy': contentSecurityPolicy,
        'content-type': 'text/html; charset=utf-8',
      })
      .send(index),
  );
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const asset = assets.get(request.params.name);
    if (!asset) return reply.callNotFound();
    return reply
      .headers({
        'cache-control': immutable,
        'content-security-policy': contentSecurityPolicy,
        'content-type': asset.mediaType,
      })
      .send(asset.body);
  });
}
