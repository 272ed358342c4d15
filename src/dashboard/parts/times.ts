const clockFormat = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const dayFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** `14:03:09` */
export function clockText(time: number): string {
  return clockFormat.format(time);
}

/** `14:03:09.120` */
export function preciseText(time: number): string {
  return `${clockFormat.format(time)}.${`${Math.floor(time) % 1_000}`.padStart(3, '0')}`;
}

export function dayText(time: number): string {
  return dayFormat.format(time);
}

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** How long something lasts, in its largest unit: `4 min`. */
export function durationText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  for (const [unit, size] of units) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${seconds} s`;
}
