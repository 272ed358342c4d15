import Type from 'typebox';
import { SignalboxError } from '../core/errors.ts';
import { transitionSchema } from '../wire/machines.ts';
import { pluginIdSchema } from '../wire/plugin-status.ts';
import {
  auditSchema,
  logLevelSchema,
  logLineSchema,
  pageOf,
  type Topic,
  telemetrySchema,
  topics,
} from '../wire/records.ts';
import { defineRoute, EventsWanted, type Route } from './route.ts';
import type { AdminService } from './service.ts';

const maxPage = 1_000;
const defaultPage = 200;

/** What streams tell that do not say what they want: what people look at, without the figures. */
const defaultTopics: readonly Topic[] = ['status', 'config', 'event', 'log', 'audit'];
const topicNames = new Set<string>(topics);

const pageFields = {
  plugin: Type.Optional(pluginIdSchema),
  after: Type.Optional(
    Type.String({ maxLength: 32, description: 'The "next" of an earlier answer; default: the newest' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPage, default: defaultPage })),
};

export const recordRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listLogs',
    method: 'GET',
    path: '/logs',
    scope: 'read',
    summary: 'The lines plugins logged lately, oldest first',
    query: Type.Object(
      { ...pageFields, level: Type.Optional(logLevelSchema) },
      { additionalProperties: false },
    ),
    answer: { kind: 'json', schema: pageOf(logLineSchema) },
    handle: (service, { query }) => page(service, 'log', query),
  }),
  defineRoute({
    operation: 'listAudit',
    method: 'GET',
    path: '/audit',
    scope: 'read',
    summary: 'The decisions about permissions made lately, oldest first',
    query: Type.Object(pageFields, { additionalProperties: false }),
    answer: { kind: 'json', schema: pageOf(auditSchema) },
    handle: (service, { query }) => page(service, 'audit', query),
  }),
  defineRoute({
    operation: 'listTelemetry',
    method: 'GET',
    path: '/telemetry',
    scope: 'read',
    summary: 'The figures told lately, oldest first',
    query: Type.Object(pageFields, { additionalProperties: false }),
    answer: { kind: 'json', schema: pageOf(telemetrySchema) },
    handle: (service, { query }) => page(service, 'telemetry', query),
  }),
  defineRoute({
    operation: 'listTransitions',
    method: 'GET',
    path: '/transitions',
    scope: 'read',
    summary: 'Where machines went lately, oldest first',
    query: Type.Object(pageFields, { additionalProperties: false }),
    answer: { kind: 'json', schema: pageOf(transitionSchema) },
    handle: (service, { query }) => page(service, 'transition', query),
  }),
  defineRoute({
    operation: 'streamEvents',
    method: 'GET',
    path: '/events',
    scope: 'read',
    summary: 'What happens from now on, as server-sent events; with Last-Event-ID from there on',
    query: Type.Object(
      {
        topics: Type.Optional(
          Type.String({
            maxLength: 128,
            pattern: '^[a-z]+(,[a-z]+)*$',
            description: `Comma-separated: ${topics.join(', ')}; default ${defaultTopics.join(',')}`,
          }),
        ),
        plugin: Type.Optional(pluginIdSchema),
        level: Type.Optional(logLevelSchema),
      },
      { additionalProperties: false },
    ),
    answer: { kind: 'events' },
    handle: (_service, { query: { topics: wanted, plugin, level }, lastEventId }) =>
      new EventsWanted(
        { topics: wanted === undefined ? defaultTopics : topicsIn(wanted), plugin, level },
        lastEventId,
      ),
  }),
];

function page(
  { records }: AdminService,
  topic: Topic,
  wanted: {
    readonly plugin?: string;
    readonly level?: 'trace' | 'debug' | 'info' | 'warn' | 'error';
    readonly after?: string;
    readonly limit?: number;
  },
) {
  const query = { topics: [topic], plugin: wanted.plugin, level: wanted.level };
  const limit = wanted.limit ?? defaultPage;
  const from = wanted.after === undefined ? undefined : records.sequenceOf(wanted.after);
  const found = from === undefined ? undefined : records.after(from, query, limit);
  const isGap = wanted.after !== undefined && found?.outcome !== 'records';
  const kept = found?.outcome === 'records' ? found.records : records.latest(topic, query, limit);
  const through = found?.outcome === 'records' ? found.through : records.sequence;
  return {
    records: kept.map(({ text }): unknown => JSON.parse(text)),
    next: records.idOf(through),
    isGap,
    lost: records.lost(topic),
  };
}

function topicsIn(wanted: string): readonly Topic[] {
  return [...new Set(wanted.split(','))].map((name) => {
    if (isTopic(name)) return name;
    throw new SignalboxError('API_REQUEST_INVALID', `There is no topic "${name}"`, {
      hint: `Topics are ${topics.join(', ')}`,
    });
  });
}

function isTopic(name: string): name is Topic {
  return topicNames.has(name);
}
