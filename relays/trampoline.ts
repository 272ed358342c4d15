/**
 * Runs `deliver` for one value at a time. What is published while a delivery runs waits for its end, so that every
 * observer sees nested publishes in the same order.
 */
export function trampolined<T>(deliver: (value: T) => void): (value: T) => void {
  let waiting: T[] | undefined;
  return (value) => {
    if (waiting) {
      waiting.push(value);
      return;
    }
    waiting = [value];
    try {
      // The array grows while it is walked: nested publishes are appended.
      for (const next of waiting) deliver(next);
    } finally {
      waiting = undefined;
    }
  };
}
