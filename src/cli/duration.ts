import { SignalboxError } from '../core/errors.ts';

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `90s`, `15m`, `1h`, `7d` as milliseconds. @throws `ARGUMENT_INVALID` */
export function durationMs(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (unitMs[unit] ?? 0);
  if (ms > 0) return ms;
  throw new SignalboxError('ARGUMENT_INVALID', `Duration ${JSON.stringify(text)} is not one`, {
    hint: 'Write a number and s, m, h or d: 15m',
  });
}

/** A count from 1 up. @throws `ARGUMENT_INVALID` */
export function countOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new SignalboxError(
    'ARGUMENT_INVALID',
    `Count ${JSON.stringify(text)} is not a whole number from 1 up`,
  );
}
