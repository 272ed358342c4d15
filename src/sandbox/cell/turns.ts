/** Longest that guests run without the event loop getting a turn: orders wait that long, reports do not. */
const sliceMs = 4;

let sliceEndsAt = 0;

/**
 * True when the event loop is owed a turn. Calls of a busy guest follow each other in microtasks, which alone would keep
 * the loop from ever reading another order.
 */
export function isTurnOwed(): boolean {
  return performance.now() >= sliceEndsAt;
}

export function giveTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      sliceEndsAt = performance.now() + sliceMs;
      resolve();
    });
  });
}
