import { randomBytes } from 'node:crypto';
import { type LogLevel, logLevels } from '../../relays/plugin-log.ts';
import type { PluginId } from '../core/ids.ts';
import { plainJson } from '../core/plain-json.ts';
import { type Topic, topics } from '../wire/records.ts';
import { Lane } from './lane.ts';

/** One thing that happened, kept as the text that is sent, so that a hundred readers share one copy. */
export interface KeptRecord {
  /** Counts all topics together, from 1. */
  readonly sequence: number;
  readonly topic: Topic;
  readonly plugin?: PluginId | undefined;
  readonly level?: LogLevel | undefined;
  /** JSON, without line breaks. */
  readonly text: string;
}

/** Which records somebody wants. */
export interface RecordQuery {
  readonly topics: readonly Topic[];
  readonly plugin?: string | undefined;
  /** This one and graver ones; records of other topics than `log` have no level and pass. */
  readonly level?: LogLevel | undefined;
}

export type RecordsAfter =
  /** Oldest first; `through` is how far was looked, matching or not. */
  | { readonly outcome: 'records'; readonly records: readonly KeptRecord[]; readonly through: number }
  /** Some that were wanted are no longer kept. */
  | { readonly outcome: 'gone' };

/**
 * What each topic may keep. Each has its own, so that a plugin that floods the log pushes no audit record out. Characters,
 * because that is what memory is spent on.
 */
const bounds: Readonly<Record<Topic, { readonly maxRecords: number; readonly maxChars: number }>> = {
  status: { maxRecords: 2_048, maxChars: 4_000_000 },
  config: { maxRecords: 64, maxChars: 1_000_000 },
  event: { maxRecords: 2_048, maxChars: 8_000_000 },
  log: { maxRecords: 4_096, maxChars: 8_000_000 },
  audit: { maxRecords: 4_096, maxChars: 4_000_000 },
  telemetry: { maxRecords: 2_048, maxChars: 1_000_000 },
  transition: { maxRecords: 2_048, maxChars: 2_000_000 },
};

/** What happened lately, bounded, in one order over all topics. */
export class RecordLog {
  /** Ids of another process must not be taken for ours. */
  readonly #epoch = randomBytes(4).toString('hex');
  readonly #lanes = new Map(topics.map((topic) => [topic, new Lane<KeptRecord>(bounds[topic])]));
  readonly #listeners = new Set<() => void>();
  #sequence = 0;

  /** The newest record's, 0 while there is none. */
  get sequence(): number {
    return this.#sequence;
  }

  keep(topic: Topic, value: unknown, facts: Pick<KeptRecord, 'plugin' | 'level'> = {}): void {
    this.#sequence += 1;
    this.#lane(topic).push({ sequence: this.#sequence, topic, text: plainJson(value), ...facts });
    for (const listener of this.#listeners) listener();
  }

  /** Calls back after each record, in the middle of whatever made it: do nothing there but remember. */
  listen(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** The first records behind `sequence`, until there are `maxRecords` of them or they have `maxChars`. */
  after(
    sequence: number,
    query: RecordQuery,
    maxRecords: number,
    maxChars = Number.POSITIVE_INFINITY,
  ): RecordsAfter {
    const lanes = query.topics.map((topic) => this.#lane(topic));
    if (lanes.some((lane) => lane.lostThrough > sequence)) return { outcome: 'gone' };
    const cursors = lanes.map((lane) => ({ lane, at: lane.indexAfter(sequence) }));
    const records: KeptRecord[] = [];
    let chars = 0;
    while (records.length < maxRecords && chars < maxChars) {
      const next = earliest(cursors);
      if (next === undefined) return { outcome: 'records', records, through: this.#sequence };
      if (!matches(next, query)) continue;
      records.push(next);
      chars += next.text.length;
    }
    return { outcome: 'records', records, through: records.at(-1)?.sequence ?? sequence };
  }

  /** The newest `maxRecords` of one topic, oldest first. */
  latest(topic: Topic, query: RecordQuery, maxRecords: number): readonly KeptRecord[] {
    const found: KeptRecord[] = [];
    const lane = this.#lane(topic);
    for (let at = lane.length - 1; at >= 0 && found.length < maxRecords; at -= 1) {
      const record = lane.at(at);
      if (record && matches(record, query)) found.push(record);
    }
    return found.reverse();
  }

  /** Records of a topic that were pushed out by newer ones. */
  lost(topic: Topic): number {
    return this.#lane(topic).lost;
  }

  /** Records of a topic so far, those that are no longer kept included. */
  total(topic: Topic): number {
    const lane = this.#lane(topic);
    return lane.lost + lane.length;
  }

  idOf(sequence: number): string {
    return `${this.#epoch}-${sequence}`;
  }

  /** The sequence an id stands for; undefined for what is no id of this log. */
  sequenceOf(id: string): number | undefined {
    const [, epoch, digits] = /^([0-9a-f]{8})-(0|[1-9][0-9]{0,14})$/.exec(id) ?? [];
    const sequence = Number(digits);
    return epoch === this.#epoch && sequence <= this.#sequence ? sequence : undefined;
  }

  #lane(topic: Topic): Lane<KeptRecord> {
    const lane = this.#lanes.get(topic);
    if (!lane) throw new RangeError(`No topic ${topic}`);
    return lane;
  }
}

interface Cursor {
  readonly lane: Lane<KeptRecord>;
  at: number;
}

/** Takes the record with the lowest sequence. */
function earliest(cursors: readonly Cursor[]): KeptRecord | undefined {
  let first: { readonly cursor: Cursor; readonly record: KeptRecord } | undefined;
  for (const cursor of cursors) {
    const record = cursor.lane.at(cursor.at);
    if (record && (!first || record.sequence < first.record.sequence)) first = { cursor, record };
  }
  if (first) first.cursor.at += 1;
  return first?.record;
}

function matches(record: KeptRecord, { plugin, level }: RecordQuery): boolean {
  if (plugin !== undefined && record.plugin !== plugin) return false;
  return (
    level === undefined ||
    record.level === undefined ||
    logLevels.indexOf(record.level) >= logLevels.indexOf(level)
  );
}
