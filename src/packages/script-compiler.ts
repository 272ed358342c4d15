import { stop } from 'esbuild';

/** esbuild keeps one process for the whole of ours, starts it again when it is needed, and is ended with the last holder. */
let holders = 0;

/** Keeps esbuild's process warm until disposed. It starts with the first bundle, not before. */
export function holdScriptCompiler(): AsyncDisposable {
  let isHeld = true;
  holders++;
  return {
    async [Symbol.asyncDispose]() {
      if (!isHeld) return;
      isHeld = false;
      holders--;
      if (holders === 0) await stop();
    },
  };
}

/** Bundles under way at once. More are not faster on any machine, and esbuild's memory grows with them: 400 MB for 1,000. */
const maxBundles = 8;
let underWay = 0;
const waiting: (() => void)[] = [];

/** Runs `bundle` when it is its turn; first come, first served. */
export async function inTurn<Result>(bundle: () => Promise<Result>): Promise<Result> {
  if (underWay >= maxBundles) await new Promise<void>((resolve) => waiting.push(resolve));
  else underWay += 1;
  try {
    return await bundle();
  } finally {
    // Whoever waits longest takes over the place.
    const next = waiting.shift();
    if (next) next();
    else underWay -= 1;
  }
}
