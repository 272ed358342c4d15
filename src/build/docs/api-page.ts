import type { TObject } from 'typebox';
import { takesKey } from '../../admin/open-api.ts';
import type { Route, RouteAnswer } from '../../admin/route.ts';
import { routes } from '../../admin/routes.ts';
import { topics } from '../../wire/records.ts';
import { markdownTable, schemaTable } from './schema-table.ts';

export function apiPage(): string {
  const overview = routes.map((route) => [
    `\`${route.method} ${route.path}\`${route.isAtRoot ? ' without the prefix' : ''}`,
    route.scope === 'public' ? '' : `\`${route.scope}\``,
    route.summary,
  ]);
  return `# Admin API

HTTP on the address \`signalbox run\` prints, below the prefix of \`[api]\` (default \`/api/v1\`), and on a unix socket in the state folder
for processes of the same user. How to open it safely is in [operate](../how-to/operate.md). The same as an OpenAPI 3.1 document:
\`GET /openapi.json\`.

**Tokens.** \`Authorization: Bearer <token>\`, with the scope of the route; \`admin\` includes the others, which do not include each other.
On the socket the file's rights stand in for the token.

**Problems.** Every refusal is \`application/problem+json\` (RFC 9457) with a \`code\` of [errors](errors.md), its \`blame\`, and where they help a
\`hint\`, a \`location\` and \`details\`. \`Retry-After\` says when to ask again.

**Rates.** \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` on each answer.

**Repeating.** A request that changes something may carry an \`Idempotency-Key\` of 1 to 255 visible characters, new for each request. Repeated
with the same key within a day it is not done again and answers what it did, with \`Idempotency-Replayed: true\`. The same key with
another request is refused. What ended with a status of 500 or more is not remembered.

**Events.** \`GET /events\` is a stream of server-sent events. The event's name is its topic (${topics.map((topic) => `\`${topic}\``).join(', ')}), its data JSON.
It begins with a \`reset\`, whose data is the whole board: forget what you knew. With \`Last-Event-ID\` it begins behind that event instead,
as long as it is kept. A client that reads so slowly that events it wants are no longer kept gets a \`reset\` too.

${markdownTable(['route', 'scope', 'what it does'], overview)}

${routes.filter(hasDetails).map(section).join('\n')}`;
}

function hasDetails({ body, query, answer }: Route): boolean {
  return body !== undefined || Object.keys(query.properties).length > 0 || answer.kind === 'json';
}

function section(route: Route): string {
  const { operation, query, body, answer } = route;
  return [
    `## ${operation}`,
    `\`${route.method} ${route.path}\`${takesKey(route) ? ', with or without an `Idempotency-Key`' : ''}`,
    ...part('Query', Object.keys(query.properties).length > 0 ? query : undefined),
    ...part('Body', body),
    ...part(`Answer${statusOf(answer)}`, answer.kind === 'json' ? answer.schema : undefined),
    '',
  ].join('\n\n');
}

function part(title: string, schema: object | undefined): readonly string[] {
  if (!schema) return [];
  return [`**${title}**`, hasProperties(schema) ? schemaTable(schema) : 'Any JSON.'];
}

function hasProperties(schema: object): schema is TObject {
  return 'properties' in schema;
}

function statusOf(answer: RouteAnswer): string {
  return answer.kind === 'json' && answer.status ? ` (${answer.status})` : '';
}
