// JSON that keeps bytes and bigints; src/sandbox/broker/script-json.ts is its other half.
const bytesTag = '$signalbox.bytes';
const bigintTag = '$signalbox.bigint';

Object.defineProperty(Uint8Array.prototype, 'toJSON', {
  value() {
    return { [bytesTag]: this.toBase64() };
  },
});
Object.defineProperty(BigInt.prototype, 'toJSON', {
  value() {
    return { [bigintTag]: this.toString() };
  },
});

const untag = (_key, value) => {
  if (typeof value?.[bytesTag] === 'string') return Uint8Array.fromBase64(value[bytesTag]);
  if (typeof value?.[bigintTag] === 'string') return BigInt(value[bigintTag]);
  return value;
};

export const parse = (text) => (text.includes('"$signalbox.') ? JSON.parse(text, untag) : JSON.parse(text));

/** A name as WIT spells it. */
export const kebab = (member) => member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
