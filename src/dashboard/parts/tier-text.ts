/** `process+no-net+own-pids` as one reads it: `process, no net, own pids`. */
export function tierText(tier: string): string {
  return tier.replaceAll('+', ', ').replaceAll('-', ' ');
}
