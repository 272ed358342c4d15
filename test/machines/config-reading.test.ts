import { expect, test } from 'vitest';
import { judgeReading, type KnownConfig, type ReadingVerdict } from '../../actors/config-reading.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import type { ConfigReading } from '../../src/ports/config-file.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';

const one = documentOf([entryOf('a')]);
const two = documentOf([entryOf('b')]);
const problem = new SignalboxError('CONFIG_SYNTAX', 'Line 3').toRecord();
const nothing: KnownConfig = { document: undefined, problem: undefined };
const good: KnownConfig = { document: one, problem: undefined };
const broken: KnownConfig = { document: one, problem };

const table: readonly {
  last: KnownConfig;
  reading: ConfigReading;
  what: string;
  verdict: ReadingVerdict;
}[] = [
  {
    what: 'the first document goes to the plugins',
    last: nothing,
    reading: { outcome: 'document', document: one },
    verdict: {
      known: good,
      replay: { phase: 'known', document: one },
      tell: { type: 'config.replayed', document: one },
      counters: ['config.replays'],
    },
  },
  {
    what: 'another document goes to the plugins',
    last: good,
    reading: { outcome: 'document', document: two },
    verdict: {
      known: { document: two, problem: undefined },
      replay: { phase: 'known', document: two },
      tell: { type: 'config.replayed', document: two },
      counters: ['config.replays'],
    },
  },
  {
    what: 'the same document goes nowhere',
    last: good,
    reading: { outcome: 'document', document: one },
    verdict: { known: good, counters: ['config.replays', 'config.replays.identical'] },
  },
  {
    what: 'the same document after a broken file only says that it is mended',
    last: broken,
    reading: { outcome: 'document', document: one },
    verdict: {
      known: good,
      replay: { phase: 'known', document: one },
      counters: ['config.replays', 'config.replays.identical'],
    },
  },
  {
    what: 'a broken file keeps the document and says what is wrong',
    last: good,
    reading: { outcome: 'invalid', error: problem },
    verdict: {
      known: broken,
      replay: { phase: 'known', document: one, problem },
      counters: ['config.rejected'],
    },
  },
  {
    what: 'a broken file at the start is told',
    last: nothing,
    reading: { outcome: 'invalid', error: problem },
    verdict: {
      known: { document: undefined, problem },
      replay: { phase: 'invalid', problem },
      tell: { type: 'config.absent' },
      counters: ['config.rejected'],
    },
  },
];

test.each(table)('$what', ({ last, reading, verdict }) => {
  expect(judgeReading(last, reading)).toEqual(verdict);
});

test('a file that is gone keeps what it said last', () => {
  const { known, tell } = judgeReading(good, { outcome: 'missing', file: '/app/signalbox.toml' });
  expect([known.document, known.problem?.code, tell]).toEqual([one, 'CONFIG_UNREADABLE', undefined]);
});
