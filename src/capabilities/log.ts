import Type from 'typebox';
import { logLevels, type PluginLogLine } from '../../relays/plugin-log.ts';
import type { HostFunction } from '../ports/host-imports.ts';
import { argumentReader } from './arguments.ts';
import { readJson } from './json-text.ts';
import { boundedText, cutMark, printableJson } from './printable-text.ts';
import { returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

/** Bytes of UTF-8 of message and fields together. */
export const maxLineBytes = 8 * 1024;

const readArguments = argumentReader(
  'log',
  Type.Tuple([
    Type.Enum([...logLevels]),
    Type.String(),
    Type.Array(Type.Object({ key: Type.String(), value: Type.String() })),
  ]),
);

type Field = { readonly key: string; readonly value: string };

/** `signalbox:plugin/log`. A line over the rate is dropped and counted on the next one that gets through. */
export function wireLog({
  entry,
  access,
  rateOf,
  clock,
  publish,
}: WiringContext): Readonly<Record<string, HostFunction>> {
  const rate = rateOf('log_lines_per_second');
  let dropped = 0;
  return {
    log(args) {
      const [level, text, fields] = readArguments(args);
      if (!rate.take()) {
        dropped++;
        return returned();
      }
      // The WIT gives `log` no way to refuse: without the permission a line goes nowhere.
      if (!access.decide({ kind: 'log' }).allowed) return returned();
      publish.log({
        plugin: entry.id,
        time: clock.now(),
        level,
        ...boundedLine(text, fields),
        ...(dropped > 0 && { dropped }),
      });
      dropped = 0;
      return returned();
    },
  };
}

function boundedLine(text: string, fields: readonly Field[]): Pick<PluginLogLine, 'message' | 'fields'> {
  const message = boundedText(text, maxLineBytes);
  let room = maxLineBytes - Buffer.byteLength(message) - Buffer.byteLength(cutMark);
  const kept: [string, unknown][] = [];
  for (const { key, value } of fields) {
    room -= Buffer.byteLength(key) + Buffer.byteLength(value);
    if (room < 0) break;
    kept.push([key, lenientJson(value)]);
  }
  const isCut = kept.length < fields.length && !message.endsWith(cutMark);
  return {
    message: isCut ? boundedText(message + cutMark, maxLineBytes) : message,
    fields: Object.fromEntries(
      kept.map(([key, value]) => [boundedText(key, maxLineBytes), printableJson(value)]),
    ),
  };
}

/** What is not JSON is meant as text: people write `field: 'waves/a.vcd'` and forget the quotes. */
function lenientJson(text: string): unknown {
  const reading = readJson(text);
  return reading.outcome === 'value' ? reading.value : text;
}
