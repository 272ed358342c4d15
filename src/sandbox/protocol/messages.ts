/**
 * What broker and cell say to each other. A message is a head of fixed size and a body:
 *
 *     u32 length of all that follows | u8 kind | u32 instance | u32 call | body
 *
 * Numbers are little-endian. The length is checked before a body is waited for, and the body's size against the limits of
 * its instance before it is decoded. The broker numbers instances and calls; the cell numbers its host calls.
 */
export interface Message {
  readonly kind: MessageKind;
  /** The instance it is about; the program for `program-*`, 0 where there is none. */
  readonly instance: number;
  /** The call it is about; the amount for `credit`, the round for `ping` and `pong`. */
  readonly call: number;
  readonly body: Uint8Array;
}

/** Broker to cell. */
const orders = {
  /** A part of a program's bytes, at most `programPartBytes`. */
  'program-part': 1,
  /** The program is complete. */
  'program-end': 2,
  'program-drop': 3,
  /** Body: `InstantiateBody`. */
  instantiate: 4,
  /** Body: `[export, args]`. */
  call: 5,
  /** A call for a cell that has nothing else to do: it counts as entered, and is not announced. */
  'first-call': 9,
  /** Drop the call if it was not entered. */
  cancel: 6,
  /** Forget the instance, whatever it does; answered by `destroyed`. */
  destroy: 7,
  /** Answers `host-call`. Body: `[isRefused, value]`. */
  reply: 8,
} as const;

/** Cell to broker. */
const reports = {
  ready: 32,
  /** Body: names of exports. */
  instantiated: 33,
  /** The guest is about to run: call 0 is its instantiation. Sent before, so that a guest that never returns is known. */
  entered: 34,
  /** As `entered`; the calls behind it follow unannounced until something else is said of another instance. */
  run: 41,
  /** Body: the value. */
  returned: 35,
  /** The error case of the guest's own contract. Body: the error. */
  refused: 36,
  /** The guest was not entered and lives on. Body: an error. */
  rejected: 37,
  /** The instance is gone. Body: an error. */
  failed: 38,
  /** Body: `[interface, function, args]`, and `true` behind them when the guest goes on meanwhile. */
  'host-call': 39,
  destroyed: 40,
  /** All tasks of the guest wait, which its host calls do not say. */
  parked: 42,
  /** One goes on. */
  resumed: 43,
} as const;

/** Both ways, never counted against the credit. */
const controls = { credit: 64, ping: 65, pong: 66 } as const;

const kinds = { ...orders, ...reports, ...controls };
type Report = keyof typeof reports | keyof typeof controls;
export type MessageKind = keyof typeof kinds;

const kindByCode = new Map<number, MessageKind>(
  Object.entries(kinds).map(([kind, code]) => [code, kind as MessageKind]),
);

export const headBytes = 13;
/** Largest message, head included. */
export const maxMessageBytes = 16 * 1024 * 1024;
export const programPartBytes = 512 * 1024;
export const noBody = new Uint8Array(0);

/** The peer does not speak the protocol; nothing it says any more is worth reading. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Writes a message at `offset` into a buffer that has room for it; returns where it ends. */
export function writeMessage(
  target: Buffer,
  offset: number,
  kind: MessageKind,
  instance: number,
  call: number,
  body: Uint8Array,
): number {
  target.writeUInt32LE(headBytes - 4 + body.length, offset);
  target[offset + 4] = kinds[kind];
  target.writeUInt32LE(instance, offset + 5);
  target.writeUInt32LE(call, offset + 9);
  target.set(body, offset + headBytes);
  return offset + headBytes + body.length;
}

/** The message of `size` bytes at `offset`, length included. @throws ProtocolError for an unknown kind */
export function decodeMessage(bytes: Buffer, offset: number, size: number): Message {
  const kind = kindByCode.get(bytes[offset + 4] ?? 0);
  if (kind === undefined) throw new ProtocolError(`message kind ${bytes[offset + 4]} is not known`);
  return {
    kind,
    instance: bytes.readUInt32LE(offset + 5),
    call: bytes.readUInt32LE(offset + 9),
    body: bytes.subarray(offset + headBytes, offset + size),
  };
}

export function isReport(kind: MessageKind): kind is Report {
  return kind in reports || kind in controls;
}

export function isControl(kind: MessageKind): kind is keyof typeof controls {
  return kind in controls;
}
