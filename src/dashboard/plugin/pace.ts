import type { Step } from './history.ts';

/** Further behind than this, steps are left out: what is shown must stay what happens now. */
const maxBehind = 24;
/** Long enough to be seen. */
const calmMs = 80;
/** A frame. */
const hurriedMs = 16;

/**
 * Which step to show after the one that is shown: the next, and how long it is to stay. A machine may go through several states between
 * two frames, and each is to be seen; with many to go they go by faster, so that it is never more than about a second late.
 *
 * @param shown key of the step that is shown
 */
export function stepAfter(
  steps: readonly Step[],
  shown: number | undefined,
): { readonly key: number; readonly stayMs: number } | undefined {
  const last = steps.length - 1;
  const before = steps.findIndex(({ key }) => key === shown);
  const at = before < 0 ? last : Math.min(last, Math.max(before + 1, last - maxBehind));
  const step = steps[at];
  return step && { key: step.key, stayMs: Math.max(hurriedMs, calmMs / Math.max(1, (last - at) / 4)) };
}
