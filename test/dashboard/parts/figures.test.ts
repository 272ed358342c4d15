import { expect, test } from 'vitest';
import { bytesText, limitText, millisecondsText, shortText } from '../../../src/dashboard/parts/figures.ts';
import { durationText } from '../../../src/dashboard/parts/times.ts';

test.each([
  [bytesText(0), '0 B'],
  [bytesText(65_536), '64 KiB'],
  [bytesText(1.5 * 1024 ** 3), '1.5 GiB'],
  [millisecondsText(0), '0 ms'],
  [millisecondsText(0.25), '250 µs'],
  [millisecondsText(5_000), '5 s'],
  [shortText(0.25), '0.25'],
  [shortText(12_345), '12.3K'],
  [limitText('memory_bytes', 1024 ** 2), '1 MiB'],
  [limitText('call_deadline_ms', 30_000), '30 s'],
  [limitText('fuel_per_call', 1_000), '1,000'],
  [durationText(59_900), '59 s'],
  [durationText(3_700_000), '1 h'],
])('%s', (text, expected) => {
  expect(text).toBe(expected);
});
