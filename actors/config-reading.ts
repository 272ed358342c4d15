import type { ConfigReplay } from '../relays/config-replay.ts';
import type { CounterName } from '../relays/telemetry.ts';
import type { ConfigDocument } from '../src/config/document.ts';
import { type ErrorRecord, SignalboxError } from '../src/core/errors.ts';
import type { ConfigReading } from '../src/ports/config-file.ts';

/** What the manager hears of the config. */
export type ConfigNews =
  | { readonly type: 'config.replayed'; readonly document: ConfigDocument }
  /** There is no usable document, and there was none before. */
  | { readonly type: 'config.absent' };

/** The config as it stands: the last good document, and what is wrong with the file since. */
export interface KnownConfig {
  readonly document: ConfigDocument | undefined;
  readonly problem: ErrorRecord | undefined;
}

/** What a reading changes. */
export interface ReadingVerdict {
  readonly known: KnownConfig;
  /** Absent when there is nothing new to tell. */
  readonly replay?: ConfigReplay;
  /** Set when plugins have to hear of it. */
  readonly tell?: ConfigNews;
  readonly counters: readonly CounterName[];
}

/**
 * Judges one reading of the config file. A document with the fingerprint of the last one ends here: identical replays go no
 * further. A file that became unreadable keeps the last good document running. Pure.
 */
export function judgeReading(last: KnownConfig, reading: ConfigReading): ReadingVerdict {
  if (reading.outcome === 'document') return judgeDocument(last, reading.document);
  const problem = reading.outcome === 'invalid' ? reading.error : fileMissing(reading.file);
  const { document } = last;
  const known = { document, problem };
  const counters = ['config.rejected'] as const;
  if (document) return { known, replay: { phase: 'known', document, problem }, counters };
  const replay: ConfigReplay =
    reading.outcome === 'missing' ? { phase: 'missing', file: reading.file } : { phase: 'invalid', problem };
  return { known, replay, tell: { type: 'config.absent' }, counters };
}

function judgeDocument(last: KnownConfig, document: ConfigDocument): ReadingVerdict {
  const known = { document, problem: undefined };
  const replay: ConfigReplay = { phase: 'known', document };
  if (last.document?.fingerprint !== document.fingerprint) {
    return { known, replay, tell: { type: 'config.replayed', document }, counters: ['config.replays'] };
  }
  const counters = ['config.replays', 'config.replays.identical'] as const;
  return last.problem ? { known, replay, counters } : { known, counters };
}

function fileMissing(file: string): ErrorRecord {
  return new SignalboxError(
    'CONFIG_UNREADABLE',
    `The config file "${file}" is gone; what it said last keeps running`,
    {
      hint: 'Put the file back',
    },
  ).toRecord();
}
