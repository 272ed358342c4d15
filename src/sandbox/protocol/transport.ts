/** Bytes from one end to the other, in order. */
export interface Transport {
  /** Sends at once or keeps what the other end does not take yet; the credit of the channel bounds what is kept. */
  send(bytes: Buffer): void;
  onBytes(listener: (bytes: Uint8Array) => void): void;
  /** Called once, when the other end is gone. */
  onClose(listener: () => void): void;
  close(): void;
}
