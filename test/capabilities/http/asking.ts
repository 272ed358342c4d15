import type { HostReply } from '../../../src/ports/host-imports.ts';
import type { Wired } from '../wired.ts';

interface Answer {
  readonly status: number;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly url: string;
  readonly body: bigint;
}

interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks as a guest would. */
export function ask(
  box: Wired,
  url: string,
  { method = 'GET', headers = {}, body }: Asking = {},
): Promise<HostReply> {
  return box.call('http.fetch', {
    method,
    url,
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    body: body === undefined ? undefined : new TextEncoder().encode(body),
  });
}

/** Asks and expects a response. */
export async function answerOf(box: Wired, url: string, asking?: Asking): Promise<Answer> {
  const reply = await ask(box, url, asking);
  if (reply.outcome === 'refused') throw new Error(`Refused: ${JSON.stringify(reply.error, shown)}`);
  return reply.value as Answer;
}

/** Reads a body to its end, or to the error that ends it. */
export async function bodyOf(box: Wired, { body }: Pick<Answer, 'body'>, length = 65_536): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const reply = await box.call('http.read-body', body, length);
    if (reply.outcome === 'refused') throw new Error(`Refused: ${JSON.stringify(reply.error, shown)}`);
    const bytes = reply.value as Uint8Array;
    if (bytes.length === 0) return Buffer.concat(parts);
    parts.push(bytes);
  }
}

export async function textOf(box: Wired, url: string, asking?: Asking): Promise<string> {
  return (await bodyOf(box, await answerOf(box, url, asking))).toString();
}

export function headerOf({ headers }: Answer, wanted: string): string | undefined {
  return headers.find(({ name }) => name === wanted)?.value;
}

function shown(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
