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

/** Longest a run goes on without a report: what is lost with the process, and how long its results wait. */
const runMs = 0.1;

let runOwner: object | undefined;
let runEndsAt = 0;

/** True while the calls of this guest need no announcement: it is in a run, and no other guest has been entered since. */
export function isInRun(guest: object): boolean {
  return runOwner === guest && performance.now() < runEndsAt;
}

export function beginRun(owner: object): void {
  runOwner = owner;
  runEndsAt = performance.now() + runMs;
}

/** The next call of any guest has to be announced. */
export function endRun(): void {
  runOwner = undefined;
}

let holder: object | undefined;
const waiting: (() => void)[] = [];

/**
 * A guest is announced only while no other is between its announcement and its end or its first host call: else two would
 * count as running, and the one that never returns could not be told from the one it keeps waiting.
 */
export function isProcessorTaken(): boolean {
  return holder !== undefined;
}

export function processorFree(): Promise<void> {
  return new Promise((resolve) => waiting.push(resolve));
}

export function takeProcessor(guest: object): void {
  holder = guest;
}

export function leaveProcessor(guest: object): void {
  if (holder !== guest) return;
  holder = undefined;
  waiting.shift()?.();
}
