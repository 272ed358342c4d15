import { decodeMessage, headBytes, type Message, maxMessageBytes, ProtocolError } from './messages.ts';

/** Cuts a stream of bytes into messages, wherever its chunks begin and end. */
export class MessageSplitter {
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Bytes the next message takes, once its length is known. */
  #needed = 4;

  /** Hands out every message the chunk completes, in order. @throws ProtocolError when a length is out of bounds, before its bytes are kept */
  push(chunk: Uint8Array, onMessage: (message: Message) => void): void {
    this.#chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) return;
    const bytes = this.#joined();
    let offset = 0;
    while (bytes.length - offset >= 4) {
      const size = 4 + bytes.readUInt32LE(offset);
      if (size < headBytes || size > maxMessageBytes)
        throw new ProtocolError(`a message announces ${size} bytes`);
      this.#needed = size;
      if (bytes.length - offset < size) break;
      onMessage(decodeMessage(bytes, offset, size));
      offset += size;
      this.#needed = 4;
    }
    this.#chunks = offset === bytes.length ? [] : [bytes.subarray(offset)];
    this.#buffered = bytes.length - offset;
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    return this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
  }
}
