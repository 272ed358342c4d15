import type { Step } from './history.ts';

/** Further behind than this it leaves steps out: what is shown must stay what happens now. */
const maxBehind = 8;

/**
 * Which step to show after the one that is shown: the next. A machine may go through several states between two frames, and each is to be seen.
 *
 * @param shown key of the step that is shown
 */
export function stepAfter(steps: readonly Step[], shown: number | undefined): number | undefined {
  const last = steps.length - 1;
  const at = steps.findIndex(({ key }) => key === shown);
  if (at < 0) return steps[last]?.key;
  return steps[Math.min(last, Math.max(at + 1, last - maxBehind))]?.key;
}
