import { useEffect, useRef, useState } from 'react';
import type { Step } from './history.ts';
import { stepAfter } from './pace.ts';

/** The step a chart that follows shows: the newest, and on the way there each one in turn. */
export function usePacedStep(steps: readonly Step[]): Step | undefined {
  const [shown, setShown] = useState<{ readonly key: number; readonly stayMs: number }>();
  const latest = useRef(steps);
  latest.current = steps;
  const step = steps.find(({ key }) => key === shown?.key);
  const isBehind = steps.at(-1)?.key !== shown?.key;

  useEffect(() => {
    if (!isBehind) return;
    const advance = (): void => setShown((before) => stepAfter(latest.current, before?.key));
    const timer = setTimeout(advance, shown?.stayMs ?? 0);
    return () => clearTimeout(timer);
  }, [shown, isBehind]);

  // The first one is where the machine is; nothing went before it that this page was there for.
  return step ?? steps.at(-1);
}
