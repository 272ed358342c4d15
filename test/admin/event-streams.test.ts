import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type EventSink, EventStreams } from '../../src/admin/event-streams.ts';
import { RecordLog } from '../../src/admin/record-log.ts';
import { createEventReader, type ReceivedEvent } from '../../src/wire/event-reader.ts';

/** A client that reads as much as it is told to. */
class Sink extends EventEmitter implements EventSink {
  readonly events: ReceivedEvent[] = [];
  isReading = true;
  written = 0;
  state = 'open';
  readonly #read = createEventReader((event) => this.events.push(event));

  write(text: string): boolean {
    this.written += text.length;
    this.#read(text);
    return this.isReading;
  }
  readOn(): void {
    this.isReading = true;
    this.emit('drain');
  }
  end(): void {
    this.state = 'ended';
  }
  destroy(): void {
    this.state = 'destroyed';
    this.emit('close');
  }
  told(): readonly string[] {
    return this.events.map(({ event, data }) => `${event} ${data.slice(0, 20)}`);
  }
}

interface Setup {
  readonly records: RecordLog;
  readonly streams: EventStreams;
  attach(sink: Sink, lastEventId?: string, recheck?: () => Promise<unknown>, owner?: string): void;
}

function setUp(): Setup {
  const records = new RecordLog();
  const streams = new EventStreams({ records, readBoard: () => 'board' });
  return {
    records,
    streams,
    attach: (sink, lastEventId, recheck = async () => {}, owner = 'me') =>
      streams.attach(sink, { owner, query: { topics: ['log'] }, lastEventId, recheck }),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('an event stream', () => {
  test('starts with the whole board and goes on with what happens', async () => {
    const { records, attach } = setUp();
    records.keep('log', 'before');
    const sink = new Sink();
    attach(sink);
    records.keep('log', 'after');
    records.keep('audit', 'not wanted');
    await turn();
    expect(sink.events).toEqual([
      { event: 'reset', id: records.idOf(1), data: '"board"' },
      { event: 'log', id: records.idOf(2), data: '"after"' },
    ]);
  });

  test('goes on behind the last event its client had', () => {
    const { records, attach } = setUp();
    for (const text of ['a', 'b', 'c']) records.keep('log', text);
    const sink = new Sink();
    attach(sink, records.idOf(1));
    expect(sink.told()).toEqual(['log "b"', 'log "c"']);
  });

  test.each([
    ['is gone', (records: RecordLog) => records.idOf(0)],
    ['is of another process', () => new RecordLog().idOf(1)],
    ['is none', () => 'nonsense'],
  ])('starts with the whole board when the last event %s', (_name, idIn) => {
    const { records, attach } = setUp();
    for (let line = 0; line < 5_000; line++) records.keep('log', line);
    const sink = new Sink();
    attach(sink, idIn(records));
    expect(sink.told()).toEqual(['reset "board"']);
    expect(sink.events[0]?.id).toBe(records.idOf(5_000));
  });

  test('holds nothing back for a client that does not read, and tells it what is still there when it does', async () => {
    const { records, attach } = setUp();
    const [slow, quick] = [new Sink(), new Sink()];
    attach(slow);
    attach(quick);
    slow.isReading = false;
    const line = 'x'.repeat(1_000);
    for (let each = 0; each < 2_000; each++) {
      records.keep('log', `${each} ${line}`);
      if (each % 10 === 0) await turn();
    }
    await turn();
    expect(quick.events).toHaveLength(2_001);
    expect(slow.written).toBeLessThan(100_000);
    const writtenSlowly = slow.events.length;
    slow.readOn();
    expect(slow.events).toHaveLength(2_001);
    expect(writtenSlowly).toBeLessThan(100);
  });

  test('starts anew for a client that was away for too long', async () => {
    const { records, attach } = setUp();
    const slow = new Sink();
    slow.isReading = false;
    attach(slow);
    for (let line = 0; line < 5_000; line++) records.keep('log', line);
    slow.readOn();
    await turn();
    expect(slow.told()).toEqual(['reset "board"', 'reset "board"']);
  });

  test('beats while there is nothing to tell, and gives up who never reads', () => {
    const { streams, attach } = setUp();
    const [slow, quick] = [new Sink(), new Sink()];
    attach(slow);
    attach(quick);
    slow.isReading = false;
    for (let beat = 0; beat < 6; beat++) streams.beat();
    expect([slow.state, quick.state, streams.size]).toEqual(['destroyed', 'open', 1]);
  });

  test('ends when its client may not read any more', async () => {
    const { streams, attach } = setUp();
    const sink = new Sink();
    attach(sink, undefined, () => Promise.reject(new Error('revoked')));
    streams.beat();
    await turn();
    expect([sink.state, streams.size]).toEqual(['destroyed', 0]);
  });

  test('is refused when there are too many', () => {
    const { streams, attach } = setUp();
    const isRefused = expect.objectContaining({ code: 'API_RATE_LIMITED' });
    const fill = (owner: string) => {
      for (let each = 0; each < 128; each++) {
        streams.checkRoom(owner);
        attach(new Sink(), undefined, undefined, owner);
      }
    };
    fill('me');
    expect(() => streams.checkRoom('me')).toThrow(isRefused);
    fill('you');
    expect(() => streams.checkRoom('others')).toThrow(isRefused);
  });
});

test('events are read whatever the pieces they come in', () => {
  const events: ReceivedEvent[] = [];
  const read = createEventReader((event) => events.push(event));
  for (const piece of 'retry: 1\n\n:\n\nevent: log\nid: e-1\ndata: {"a": 1}\n\n') read(piece);
  expect(events).toEqual([{ event: 'log', id: 'e-1', data: '{"a": 1}' }]);
});
