// The engine has neither, and storage, files and requests take bytes. UTF-8 alone, as https://encoding.spec.whatwg.org/#utf-8 has it.
globalThis.TextEncoder = class TextEncoder {
  get encoding() {
    return 'utf-8';
  }

  encode(text = '') {
    // `encodeURIComponent` is the engine's own encoder; `unescape` makes one character of each byte it wrote.
    const characters = unescape(encodeURIComponent(String(text).toWellFormed()));
    const bytes = new Uint8Array(characters.length);
    for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
    return bytes;
  }
};

globalThis.TextDecoder = class TextDecoder {
  #options;

  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    if (!/^\s*utf-?8\s*$/i.test(label)) throw new RangeError(`TextDecoder knows utf-8 alone, not ${label}`);
    this.#options = { fatal, ignoreBOM };
  }

  get encoding() {
    return 'utf-8';
  }

  get fatal() {
    return this.#options.fatal;
  }

  get ignoreBOM() {
    return this.#options.ignoreBOM;
  }

  decode(input = new Uint8Array()) {
    const bytes = ArrayBuffer.isView(input)
      ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
      : new Uint8Array(input);
    const text = decode(bytes, this.#options.fatal);
    return text.startsWith('\ufeff') && !this.#options.ignoreBOM ? text.slice(1) : text;
  }
};

/** Code points of one `String.fromCodePoint`, whose arguments lie on the stack. */
const partLength = 4_096;

function decode(bytes, isFatal) {
  let text = '';
  let part = [];
  for (let at = 0; at < bytes.length; ) {
    const [point, length] = pointAt(bytes, at);
    if (point < 0 && isFatal) throw new TypeError(`The bytes are no UTF-8 at ${at}`);
    part.push(point < 0 ? 0xfffd : point);
    at += length;
    if (part.length === partLength) {
      text += String.fromCodePoint(...part);
      part = [];
    }
  }
  return text + String.fromCodePoint(...part);
}

/** The code point at a place and how many bytes it takes; -1 and how many to leave out. */
function pointAt(bytes, at) {
  const first = bytes[at];
  if (first < 0x80) return [first, 1];
  if (first < 0xc2 || first > 0xf4) return [-1, 1];
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  let point = first & (0xff >> (length + 1));
  for (let next = 1; next < length; next++) {
    const byte = bytes[at + next];
    // The second byte tells overlong forms, surrogates and what lies behind U+10FFFF.
    const [least, most] = next === 1 ? secondBytes(first) : [0x80, 0xbf];
    if (byte === undefined || byte < least || byte > most) return [-1, next];
    point = (point << 6) | (byte & 0x3f);
  }
  return [point, length];
}

function secondBytes(first) {
  switch (first) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return [0x80, 0xbf];
  }
}
