import Type, { type Static } from 'typebox';
import type { PluginEvent } from '../../relays/plugin-event.ts';
import { isChannel } from '../core/ids.ts';
import { printable } from '../core/printable.ts';
import { covers, isPathKind } from '../permissions/allowing.ts';
import { normalizeGuestPath } from '../permissions/paths.ts';
import type { HostFunction } from '../ports/host-imports.ts';
import { argumentReader } from './arguments.ts';
import { readJson } from './json-text.ts';
import { maxLineBytes } from './log.ts';
import { boundedText } from './printable-text.ts';
import { refused, returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

/** Paths of one event; what has more to say publishes again. */
export const maxEventPaths = 10_000;

const guestEvent = Type.Union([
  Type.Object({
    tag: Type.Literal('discovery'),
    val: Type.Object({ paths: Type.Array(Type.String()), details: Type.Array(Type.String()) }),
  }),
  Type.Object({ tag: Type.Literal('log'), val: Type.String() }),
  Type.Object({
    tag: Type.Literal('refresh-timeline'),
    val: Type.Object({ reason: Type.String(), paths: Type.Array(Type.String()) }),
  }),
  Type.Object({ tag: Type.Literal('custom'), val: Type.String() }),
]);
type GuestEvent = Static<typeof guestEvent>;

/** One publish buys the checking of this much; more is charged, so that large events do not hold up the host. */
const bytesPerPublish = 4 * 1024;

/** An event without the origin that the host adds. */
type EventBody = PluginEvent extends infer Event
  ? Event extends PluginEvent
    ? Omit<Event, 'plugin' | 'channel' | 'time'>
    : never
  : never;

type BodyReading =
  | { readonly outcome: 'body'; readonly body: EventBody }
  | { readonly outcome: 'invalid'; readonly problem: string };

const readArguments = argumentReader('publish', Type.Tuple([Type.String(), guestEvent]));

/** `signalbox:plugin/relay`: events for the host application, on channels the operator allowed. */
export function wireRelay(context: WiringContext): Readonly<Record<string, HostFunction>> {
  const { entry, access, limits, clock, publish } = context;
  const rate = context.rateOf('publishes_per_second');
  return {
    publish(args) {
      const [channel, guestEvent] = readArguments(args);
      if (!rate.take()) return refused({ tag: 'rate-limited' });

      const shownChannel = boundedText(channel, 200);
      const permission = `relay:publish:${shownChannel}`;
      if (!isChannel(channel)) {
        const rule = `"${shownChannel}" is no channel name`;
        access.deny({ kind: 'relay:publish', scope: shownChannel }, rule);
        return refused({ tag: 'denied', val: { permission, rule } });
      }
      const decision = access.decide({ kind: 'relay:publish', scope: channel });
      if (!decision.allowed) return refused({ tag: 'denied', val: { permission, rule: decision.rule } });

      const size = sizeOf(guestEvent);
      if (size > limits.message_bytes) {
        const problem = `The event has ${size} bytes; at most ${limits.message_bytes} are allowed`;
        return refused({ tag: 'invalid-payload', val: problem });
      }
      rate.charge(Math.floor(size / bytesPerPublish));
      const reading = readBody(guestEvent, channel, context);
      if (reading.outcome === 'invalid') return refused({ tag: 'invalid-payload', val: reading.problem });
      access.charge(decision, size);
      publish.event({ ...reading.body, plugin: entry.id, channel, time: clock.now() });
      return returned();
    },
  };
}

function readBody(event: GuestEvent, channel: string, context: WiringContext): BodyReading {
  switch (event.tag) {
    case 'log':
      return { outcome: 'body', body: { kind: 'log', message: boundedText(event.val, maxLineBytes) } };
    case 'discovery': {
      const { paths, details } = event.val;
      if (details.length > 0 && details.length !== paths.length) {
        return invalid(
          `details has ${details.length} elements for ${paths.length} paths; give one for each path, or none`,
        );
      }
      const problem = pathsProblem(paths, context);
      if (problem !== undefined) return invalid(problem);
      const values: unknown[] = [];
      for (const [index, detail] of details.entries()) {
        const reading = readJson(detail);
        if (reading.outcome === 'invalid') return invalid(`At "/details/${index}": ${reading.problem}`);
        values.push(reading.value);
      }
      return {
        outcome: 'body',
        body: { kind: 'discovery', paths: paths.map(normalizeGuestPath), details: values },
      };
    }
    case 'refresh-timeline': {
      const { reason, paths } = event.val;
      const problem = pathsProblem(paths, context);
      if (problem !== undefined) return invalid(problem);
      const body = { reason: boundedText(reason, maxLineBytes), paths: paths.map(normalizeGuestPath) };
      return { outcome: 'body', body: { kind: 'refresh-timeline', ...body } };
    }
    case 'custom': {
      const reading = readJson(event.val);
      if (reading.outcome === 'invalid') return invalid(`The payload ${reading.problem}`);
      const problem = context.channelSchemas(channel, reading.value);
      if (problem !== undefined) return invalid(problem);
      return { outcome: 'body', body: { kind: 'custom', payload: reading.value } };
    }
  }
}

/** A plugin speaks only of paths it may know: those below its own grants. */
function pathsProblem(paths: readonly string[], { permissions }: WiringContext): string | undefined {
  if (paths.length > maxEventPaths)
    return `The event names ${paths.length} paths; at most ${maxEventPaths} are allowed`;
  const grants = permissions.filter(({ kind }) => isPathKind(kind));
  for (const [index, path] of paths.entries()) {
    const scope = normalizeGuestPath(path);
    if (!grants.some((grant) => covers(grant, { kind: grant.kind, scope }))) {
      return `At "/paths/${index}": "${printable(path.slice(0, 200))}" is not below a directory granted to this plugin`;
    }
  }
  return undefined;
}

function invalid(problem: string): BodyReading {
  return { outcome: 'invalid', problem };
}

function sizeOf({ val }: GuestEvent): number {
  if (typeof val === 'string') return Buffer.byteLength(val);
  const texts = 'reason' in val ? [val.reason, ...val.paths] : [...val.paths, ...val.details];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
