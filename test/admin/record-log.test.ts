import { describe, expect, test } from 'vitest';
import { Lane } from '../../src/admin/lane.ts';
import { RecordLog, type RecordsAfter } from '../../src/admin/record-log.ts';
import { parsePluginId } from '../../src/core/ids.ts';

const a = parsePluginId('a');
const b = parsePluginId('b');
const all = { topics: ['status', 'log', 'audit'] } as const;

function texts(found: RecordsAfter): readonly string[] | 'gone' {
  return found.outcome === 'gone' ? 'gone' : found.records.map(({ topic, text }) => `${topic} ${text}`);
}

describe('the log of records', () => {
  test('gives what came after a record, of all topics in their order', () => {
    const log = new RecordLog();
    log.keep('log', 1, { plugin: a, level: 'info' });
    log.keep('status', 2, { plugin: b });
    log.keep('telemetry', 3);
    log.keep('audit', 4, { plugin: a });
    log.keep('log', 5, { plugin: a, level: 'error' });
    expect({
      all: texts(log.after(0, all, 10)),
      later: texts(log.after(2, all, 10)),
      few: texts(log.after(0, all, 2)),
      ofA: texts(log.after(0, { ...all, plugin: 'a' }, 10)),
      grave: texts(log.after(0, { ...all, level: 'warn' }, 10)),
      none: texts(log.after(5, all, 10)),
    }).toEqual({
      all: ['log 1', 'status 2', 'audit 4', 'log 5'],
      later: ['audit 4', 'log 5'],
      few: ['log 1', 'status 2'],
      ofA: ['log 1', 'audit 4', 'log 5'],
      grave: ['status 2', 'audit 4', 'log 5'],
      none: [],
    });
  });

  test('says when something that was wanted is gone, and only then', () => {
    const log = new RecordLog();
    log.keep('audit', 'early', { plugin: a });
    for (let line = 0; line < 5_000; line++) log.keep('log', line, { plugin: a });
    expect(texts(log.after(0, { topics: ['log'] }, 10))).toBe('gone');
    expect(texts(log.after(0, { topics: ['audit'] }, 10))).toEqual(['audit "early"']);
    expect(log.lost('log')).toBe(5_000 - 4_096);
    expect(log.latest('log', { topics: ['log'] }, 2).map(({ text }) => text)).toEqual(['4998', '4999']);
  });

  test('knows its own ids and takes no others for them', () => {
    const log = new RecordLog();
    log.keep('log', 1);
    const id = log.idOf(1);
    const [epoch] = id.split('-');
    expect(log.sequenceOf(id)).toBe(1);
    for (const other of [
      new RecordLog().idOf(0),
      '',
      '1',
      `${epoch}-2`,
      `${epoch}-01`,
      `${epoch}--1`,
      `${id}x`,
    ]) {
      expect([other, log.sequenceOf(other)]).toEqual([other, undefined]);
    }
  });
});

describe('a lane', () => {
  test('keeps no more records and no more text than it may', () => {
    const lane = new Lane({ maxRecords: 3, maxChars: 10 });
    const push = (sequence: number, text: string) => lane.push({ sequence, text });
    for (const sequence of [1, 2, 3, 4]) push(sequence, 'x');
    expect([lane.length, lane.lost, lane.lostThrough, lane.at(0)?.sequence]).toEqual([3, 1, 1, 2]);
    push(5, 'x'.repeat(9));
    expect([lane.length, lane.at(0)?.sequence]).toEqual([2, 4]);
    push(6, 'x'.repeat(100));
    expect([lane.length, lane.at(0)?.sequence, lane.indexAfter(5), lane.indexAfter(6)]).toEqual([1, 6, 0, 1]);
  });
});
