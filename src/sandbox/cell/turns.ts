/** Whose turn it is in a cell: among its guests, and between them and the event loop. */

/** Longest that guests run without the event loop getting a turn: orders wait that long, reports do not. */
const sliceMs = 4;
/** Longest that calls of one guest follow each other unannounced: what is unknown when the process dies, and how long results wait. */
const runMs = 0.5;

/**
 * Longest that one guest keeps the processor while others, or orders, may be waiting: what a neighbour's call waits at most. Stepping aside
 * costs about 10 us.
 */
const shareMs = 0.5;

let sliceEndsAt = 0;
let holder: object | undefined;
let shareEndsAt = 0;
const waiting: (() => void)[] = [];
/** Guests that had their share, the one that waits longest first. */
const resting: (() => void)[] = [];
let isRestSeen = false;
let runOwner: object | undefined;
let runEndsAt = 0;

/**
 * True while no guest may be entered. One is entered only while no other is between its entry and its end or its first host
 * call: else two would count as running, and the one that never returns could not be told from those it keeps waiting.
 * And calls follow each other in microtasks, which alone would keep the event loop from reading another order.
 */
export function mustWait(): boolean {
  return holder !== undefined || performance.now() >= sliceEndsAt;
}

/** True while another guest has the processor. */
export function isTaken(): boolean {
  return holder !== undefined;
}

/** Resolves when it is worth asking again. */
export function nextChance(): Promise<void> {
  return new Promise((resolve) => {
    if (holder !== undefined) {
      waiting.push(resolve);
      return;
    }
    setImmediate(() => {
      sliceEndsAt = performance.now() + sliceMs;
      resolve();
    });
  });
}

/**
 * Resolves when a guest that has had its share may go on: after a turn of the event loop, and when no guest waits that has had none. Calls that
 * have just come are short more often than not.
 */
export function rested(): Promise<void> {
  return new Promise((resolve) => {
    resting.push(resolve);
    seeToResting();
  });
}

function seeToResting(): void {
  if (isRestSeen) return;
  isRestSeen = true;
  setImmediate(() => {
    isRestSeen = false;
    sliceEndsAt = performance.now() + sliceMs;
    if (holder === undefined && waiting.length === 0) resting.shift()?.();
    if (resting.length > 0) seeToResting();
  });
}

export function takeProcessor(guest: object): void {
  holder = guest;
  shareEndsAt = performance.now() + shareMs;
}

/** The guest that has the processor has had its share of it. */
export function isShareOver(): boolean {
  return performance.now() >= shareEndsAt;
}

/** Of no effect for a guest that has left already. */
export function leaveProcessor(guest: object): void {
  if (holder !== guest) return;
  holder = undefined;
  waiting.shift()?.();
}

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
