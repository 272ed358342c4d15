// What a script takes for part of the language and the world below has not: the host is asked, under permissions.
import * as engine from 'signalbox:plugin/script-engine@0.1.0';

/** A permission that is missing stays so for as long as the instance lives: the host is asked once. */
const under = (what, ask) => {
  let denied;
  return (...args) => {
    if (denied === undefined) {
      try {
        return ask(...args);
      } catch (error) {
        if (error?.payload?.permission === undefined) throw error;
        const { permission, rule } = error.payload;
        denied = { permission, rule, message: `${what} needs the permission "${permission}": ${rule}` };
      }
    }
    throw Object.assign(new Error(denied.message), denied);
  };
};

const now = under('The time', engine.now);
const RealDate = Date;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  apply: () => new RealDate(now()).toString(),
});
RealDate.now = now;
RealDate.prototype.constructor = globalThis.Date;

const monotonic = under('performance.now', engine.monotonic);
globalThis.performance = Object.freeze({ now: () => monotonic() });

const maxRandomBytes = 64 * 1024;
const randomBytes = under('crypto', engine.random);
globalThis.crypto = Object.freeze({
  getRandomValues(array) {
    if (!ArrayBuffer.isView(array) || array instanceof DataView || /^Float/.test(array[Symbol.toStringTag]))
      throw new TypeError('crypto.getRandomValues fills arrays of integers');
    if (array.byteLength > maxRandomBytes)
      throw new RangeError(`crypto.getRandomValues fills at most ${maxRandomBytes} bytes`);
    const random = randomBytes(array.byteLength);
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(random);
    return array;
  },
  randomUUID() {
    const random = randomBytes(16);
    random[6] = (random[6] & 0x0f) | 0x40;
    random[8] = (random[8] & 0x3f) | 0x80;
    return random.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  },
});

// The engine's own generator was seeded when it was built: it draws the same numbers in every instance.
const sameEveryTime = Math.random;
let noise = new Uint32Array(0);
let at = 0;
let draw = () => {
  if (at === noise.length) {
    const entropy = engine.entropy();
    if (entropy === null || entropy === undefined) {
      draw = sameEveryTime;
      return draw();
    }
    noise = new Uint32Array(Uint8Array.from(entropy).buffer);
    at = 0;
  }
  at += 2;
  // 53 bits, as a number between 0 and 1 has them.
  return ((noise[at - 2] >>> 5) * 2 ** 26 + (noise[at - 1] >>> 6)) / 2 ** 53;
};
Math.random = () => draw();

for (const name of ['wit', '__cqjs']) delete globalThis[name];
