import { useEffect, useRef, useState } from 'react';
import type { Step } from './history.ts';
import { stepAfter } from './pace.ts';

/** Long enough to be seen, short enough not to fall behind what plugins do. */
const stepMs = 80;

/** The step a chart that follows shows: the newest, and on the way there each one in turn. */
export function usePacedStep(steps: readonly Step[]): Step | undefined {
  const [shown, setShown] = useState<number>();
  const latest = useRef(steps);
  latest.current = steps;
  const newest = steps.at(-1);
  const step = steps.find(({ key }) => key === shown);
  const isKnown = step !== undefined;
  const isBehind = newest?.key !== shown;

  // biome-ignore lint/correctness/useExhaustiveDependencies: after each step that is shown comes the next
  useEffect(() => {
    if (!isBehind) return;
    const advance = (): void => setShown((before) => stepAfter(latest.current, before));
    // The first one is where the machine is; nothing went before it that this page was there for.
    const timer = setTimeout(advance, isKnown ? stepMs : 0);
    return () => clearTimeout(timer);
  }, [shown, isKnown, isBehind]);

  return step ?? newest;
}
