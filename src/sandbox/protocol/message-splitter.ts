import { decodeMessage, headBytes, type Message, maxMessageBytes, ProtocolError } from './messages.ts';

const minPartialBytes = 64 * 1024;
const nothing = Buffer.alloc(0);

/** Cuts a stream of bytes into messages, wherever its chunks begin and end. */
export class MessageSplitter {
  /** The first `#held` bytes are the beginning of a message. */
  #partial: Buffer = nothing;
  #held = 0;
  /** Bytes the next message takes, once its length is known. */
  #needed = 4;

  /** Hands out every message the chunk completes, in order. @throws ProtocolError when a length is out of bounds, before its bytes are kept */
  push(chunk: Uint8Array, onMessage: (message: Message) => void): void {
    const bytes = this.#joined(chunk);
    let offset = 0;
    while (bytes.length - offset >= this.#needed) {
      const size = 4 + bytes.readUInt32LE(offset);
      if (size < headBytes || size > maxMessageBytes)
        throw new ProtocolError(`a message announces ${size} bytes`);
      this.#needed = size;
      if (bytes.length - offset < size) break;
      onMessage(decodeMessage(bytes, offset, size));
      offset += size;
      this.#needed = 4;
    }
    this.#held = bytes.length - offset;
    if (this.#held === 0) this.#partial = nothing;
    else if (offset > 0 || this.#partial === nothing) this.#partial = bytes.subarray(offset);
  }

  /**
   * What is held and the chunk. They are copied together as they come, into room that grows with what is there, not with what
   * is announced: one who sends byte by byte must not cost an object a byte.
   */
  #joined(chunk: Uint8Array): Buffer {
    if (this.#held === 0) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = this.#held + chunk.length;
    if (bytes > this.#partial.length) {
      const room = Math.min(this.#needed, Math.max(minPartialBytes, 4 * bytes));
      const larger = Buffer.allocUnsafe(Math.max(bytes, room));
      this.#partial.copy(larger, 0, 0, this.#held);
      this.#partial = larger;
    }
    this.#partial.set(chunk, this.#held);
    return this.#partial.subarray(0, bytes);
  }
}
