/** Texts that wait while the other side is not there. */
const maxWaiting = 1_000;
/** Bytes that wait while it reads slowly. */
const maxBufferedBytes = 4 * 1024 * 1024;
const retryMs = 2_000;
const reportMs = 1_000;

/** A WebSocket that connects again by itself and holds a bounded number of texts meanwhile. What is beyond is dropped, and counted. */
export class BoundedSocket {
  readonly #url: string;
  readonly #onDropped: (dropped: number) => void;
  readonly #onLost: () => void;
  #socket: WebSocket | undefined;
  #waiting: string[] = [];
  #dropped = 0;
  #isClosed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #report: ReturnType<typeof setTimeout> | undefined;

  /** @param onLost told when the other side, which had been there, went away: the next one that listens knows nothing */
  constructor(url: string, onDropped: (dropped: number) => void, onLost: () => void = () => {}) {
    this.#url = url;
    this.#onDropped = onDropped;
    this.#onLost = onLost;
    this.#connect();
  }

  get dropped(): number {
    return this.#dropped;
  }

  send(text: string): void {
    if (this.#isClosed) return;
    const socket = this.#socket;
    if (socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < maxBufferedBytes) {
      socket.send(text);
      return;
    }
    // The oldest are told: they say which actors there are.
    if (this.#waiting.length < maxWaiting && socket?.readyState !== WebSocket.OPEN) this.#waiting.push(text);
    else this.#drop();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#report);
    this.#waiting = [];
    this.#socket?.close();
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    let wasOpen = false;
    socket.addEventListener('open', () => {
      wasOpen = true;
      for (const text of this.#waiting) socket.send(text);
      this.#waiting = [];
    });
    // An error is followed by a close.
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', () => {
      if (this.#isClosed) return;
      if (wasOpen) this.#onLost();
      this.#retry = setTimeout(() => this.#connect(), retryMs).unref();
    });
  }

  #drop(): void {
    this.#dropped += 1;
    this.#report ??= setTimeout(() => {
      this.#report = undefined;
      this.#onDropped(this.#dropped);
    }, reportMs).unref();
  }
}
