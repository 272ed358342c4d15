import { SignalboxError } from '../core/errors.ts';
import { plainJson } from '../core/plain-json.ts';
import type { KeptRecord, RecordLog, RecordQuery } from './record-log.ts';

/** Where the events of one client go: what an HTTP response can do. */
export interface EventSink {
  /** False when the client should be given time until `drain`. */
  write(text: string): boolean;
  /** Once each. */
  once(event: 'drain' | 'close', listener: () => void): unknown;
  end(): void;
  destroy(): void;
}

/** What one client is told. */
export interface EventsFor {
  /** Who it is, among those who can be told apart. */
  readonly owner: string;
  readonly query: RecordQuery;
  readonly lastEventId: string | undefined;
  /** Rejects once the client is not to be told any more: its token was revoked, for one. */
  readonly recheck: () => Promise<unknown>;
}

interface Client {
  readonly owner: string;
  readonly sink: EventSink;
  readonly query: RecordQuery;
  readonly recheck: () => Promise<unknown>;
  /** How far it was told. */
  sequence: number;
  /** Since when it reads too slowly, on the clock of `beat`; undefined while it does not. */
  stalledBeats: number | undefined;
}

/** Each takes a socket and a little memory. */
const maxClients = 256;
/** Nobody alone can keep the others out. */
const maxClientsOfOne = 128;
/** By then one that does not read may have been given up. */
const retryAfterSeconds = 15;
/** A piece of this size is written at once; a client that reads slowly holds one of them in memory and no more. */
const maxPieceChars = 64 * 1024;
const maxPieceRecords = 512;
/** Beats a client may take for one piece before its connection is given up. */
const maxStalledBeats = 4;

/** How long a browser waits before it connects again. */
const retryMs = 1_000;

interface EventStreamsInput {
  readonly records: RecordLog;
  /** Everything a client needs to start from nothing. */
  readonly readBoard: () => unknown;
}

/**
 * Server-sent events (WHATWG HTML, 9.2) for many clients. Nothing is queued for a client: each has a place in the log and
 * is given what lies behind it as fast as it reads. One that falls so far behind that records it wants are gone gets a
 * `reset` with the whole board, and goes on from there.
 */
export class EventStreams implements Disposable {
  readonly #input: EventStreamsInput;
  readonly #clients = new Set<Client>();
  readonly #listening: Disposable;
  #isWoken = false;

  constructor(input: EventStreamsInput) {
    this.#input = input;
    this.#listening = input.records.listen(() => this.#wake());
  }

  get size(): number {
    return this.#clients.size;
  }

  /** @throws `API_RATE_LIMITED` when as many clients as there may be are connected */
  checkRoom(owner: string): void {
    const own = [...this.#clients].filter((client) => client.owner === owner).length;
    if (this.#clients.size < maxClients && own < maxClientsOfOne) return;
    const whose =
      own < maxClientsOfOne ? `${maxClients} event streams` : `${own} event streams of this token`;
    throw new SignalboxError('API_RATE_LIMITED', `There are ${whose} already`, {
      hint: 'Close one, or share one between readers',
      details: { retryAfterSeconds },
    });
  }

  /** Tells a client from its last id on; one without, or with one that means nothing here, starts with a `reset`. */
  attach(sink: EventSink, { owner, query, lastEventId, recheck }: EventsFor): void {
    const { records } = this.#input;
    const sequence = lastEventId === undefined ? undefined : records.sequenceOf(lastEventId);
    const client: Client = { owner, sink, query, recheck, sequence: sequence ?? 0, stalledBeats: undefined };
    this.#clients.add(client);
    sink.once('close', () => this.#clients.delete(client));
    this.#write(client, `retry: ${retryMs}\n\n`);
    if (sequence === undefined) this.#reset(client);
    this.#pump(client);
  }

  /**
   * To be called regularly: tells idle clients that the server lives, and gives up those that have not read for a while or
   * may not read any more.
   */
  beat(): void {
    for (const client of this.#clients) {
      client.recheck().catch(() => this.#drop(client));
      if (client.stalledBeats === undefined) this.#write(client, ':\n\n');
      else if (client.stalledBeats >= maxStalledBeats) this.#drop(client);
      else client.stalledBeats += 1;
    }
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
    for (const { sink } of this.#clients) sink.end();
    this.#clients.clear();
  }

  /** What happens in one turn travels together. */
  #wake(): void {
    if (this.#isWoken || this.#clients.size === 0) return;
    this.#isWoken = true;
    setImmediate(() => {
      this.#isWoken = false;
      for (const client of this.#clients) this.#pump(client);
    });
  }

  #pump(client: Client): void {
    const { records } = this.#input;
    while (this.#clients.has(client) && client.stalledBeats === undefined) {
      const found = records.after(client.sequence, client.query, maxPieceRecords, maxPieceChars);
      if (found.outcome === 'gone') {
        this.#reset(client);
        continue;
      }
      client.sequence = found.through;
      if (found.records.length === 0) return;
      this.#write(client, found.records.map((record) => this.#frame(record)).join(''));
    }
  }

  #reset(client: Client): void {
    const { records, readBoard } = this.#input;
    client.sequence = records.sequence;
    this.#write(client, frame('reset', records.idOf(client.sequence), plainJson(readBoard())));
  }

  #frame({ topic, sequence, text }: KeptRecord): string {
    return frame(topic, this.#input.records.idOf(sequence), text);
  }

  #write(client: Client, text: string): void {
    if (client.sink.write(text)) return;
    client.stalledBeats = 0;
    client.sink.once('drain', () => {
      client.stalledBeats = undefined;
      this.#pump(client);
    });
  }

  #drop(client: Client): void {
    this.#clients.delete(client);
    client.sink.destroy();
  }
}

/** JSON text has no line breaks, so that one `data` line is enough. */
function frame(event: string, id: string, text: string): string {
  return `event: ${event}\nid: ${id}\ndata: ${text}\n\n`;
}
