/** Longest that guests run without the event loop getting a turn: orders wait that long, results do not. */
const sliceMs = 4;

let sliceEndsAt = 0;

/**
 * Resolves at once while the slice lasts, else after a turn of the event loop. Calls of a busy guest follow each other in
 * microtasks, which would keep the loop from ever reading another order.
 */
export function takeTurn(): Promise<void> | undefined {
  const now = performance.now();
  if (now < sliceEndsAt) return undefined;
  return new Promise((resolve) => {
    setImmediate(() => {
      sliceEndsAt = performance.now() + sliceMs;
      resolve();
    });
  });
}
