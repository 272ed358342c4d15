import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { decodeProgram } from '../../src/sandbox/program.ts';
import { Channel } from '../../src/sandbox/protocol/channel.ts';
import { decodeValue } from '../../src/sandbox/protocol/decode-value.ts';
import { encodeValue } from '../../src/sandbox/protocol/encode-value.ts';
import { parseErrorValue } from '../../src/sandbox/protocol/error-value.ts';
import { MessageSplitter } from '../../src/sandbox/protocol/message-splitter.ts';
import {
  headBytes,
  type MessageKind,
  ProtocolError,
  writeMessage,
} from '../../src/sandbox/protocol/messages.ts';
import { decodeReport } from '../../src/sandbox/protocol/usage.ts';
import { tags, typedArrays, type ValueBudget, ValueError } from '../../src/sandbox/protocol/value-format.ts';
import { wire } from '../sandbox/protocol/wire.ts';
import { fuzz } from '../support/fuzz.ts';

const key = fc.string({ maxLength: 40 }).filter((name) => name !== '__proto__');
const typedArray = fc
  .tuple(fc.constantFrom(...typedArrays), fc.uint8Array({ maxLength: 8 }))
  .map(([type, bytes]) => {
    const buffer = new ArrayBuffer(
      Math.floor(bytes.length / type.BYTES_PER_ELEMENT) * type.BYTES_PER_ELEMENT,
    );
    new Uint8Array(buffer).set(bytes.subarray(0, buffer.byteLength));
    return new type(buffer);
  });

/** What jco lifts: everything the protocol knows, nested. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constantFrom(
      undefined,
      null,
      true,
      false,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 31,
      -(2 ** 31),
    ),
    fc.oneof(fc.integer(), fc.double()),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.uint8Array({ maxLength: 100 }),
    typedArray,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

const encoded = value.map((each) => new Uint8Array(encodeValue(each)));
const budget: ValueBudget = { maxElements: 50, maxDepth: 4 };

function decoded(bytes: Uint8Array, within?: ValueBudget): { readonly value: unknown } | undefined {
  try {
    return { value: decodeValue(bytes, within) };
  } catch (error) {
    expect(error).toBeInstanceOf(ValueError);
    return undefined;
  }
}

describe('a value', () => {
  fuzz(
    'of any shape arrives as it left',
    2_000,
    fc.property(value, (each) => {
      expect(decodeValue(Buffer.from(encodeValue(each)))).toStrictEqual(each);
    }),
  );

  fuzz(
    'that was damaged is another value within the budget, or refused',
    4_000,
    fc.property(
      encoded,
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
        maxLength: 4,
      }),
      (bytes, edits) => {
        const damaged = bytes.slice();
        for (const [at, byte] of edits) damaged[Math.floor(at * damaged.length)] = byte;
        const result = decoded(damaged, budget);
        if (result) expect(sizeOf(result.value, 0)).toEqual(expect.objectContaining({ isWithin: true }));
      },
    ),
  );

  fuzz(
    'that is cut off anywhere is refused',
    300,
    fc.property(encoded, (bytes) => {
      for (let end = 0; end < bytes.length; end++) expect(decoded(bytes.subarray(0, end))).toBeUndefined();
    }),
  );

  fuzz(
    'made of tags and numbers at the edge is a value or refused',
    4_000,
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...Object.values(tags)), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)), {
        maxLength: 60,
      }),
      (bytes) => {
        decoded(Uint8Array.from(bytes));
      },
    ),
  );

  fuzz(
    'that a child calls an error is one of ours, or none',
    1_000,
    fc.property(
      fc.oneof(
        value,
        fc.record({
          code: fc.constantFrom('INTERNAL', 'toString', '__proto__', 'constructor'),
          message: fc.oneof(fc.string(), fc.integer()),
          hint: value,
          details: value,
        }),
      ),
      (each) => {
        const record = parseErrorValue(each);
        if (record) expect([typeof record.blame, typeof record.message]).toEqual(['string', 'string']);
      },
    ),
  );

  fuzz(
    'that is taken for a report of what a call used holds amounts, or is refused',
    2_000,
    fc.property(
      fc.oneof(
        encoded,
        fc.tuple(value, value, value, value).map((parts) => new Uint8Array(encodeValue(parts))),
      ),
      (bytes) => {
        try {
          const { fuel, cpuMs, memoryBytes } = decodeReport(bytes).usage;
          for (const amount of [fuel, cpuMs, memoryBytes]) expect(amount).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ValueError);
        }
      },
    ),
  );

  fuzz(
    'that is taken for a program is one, or refused',
    2_000,
    fc.property(fc.oneof(encoded, fc.uint8Array({ maxLength: 100 })), (bytes) => {
      try {
        decodeProgram(bytes);
      } catch (error) {
        expect(
          error instanceof ValueError || (error instanceof SignalboxError && error.code === 'INTERNAL'),
        ).toBe(true);
      }
    }),
  );
});

/** Counted as the budget counts: items of arrays and fields of records. */
function sizeOf(each: unknown, depth: number): { readonly elements: number; readonly isWithin: boolean } {
  const parts = Array.isArray(each) ? each : isRecord(each) ? Object.values(each) : [];
  const sizes = parts.map((part) => sizeOf(part, depth + 1));
  const elements = sizes.reduce((sum, size) => sum + size.elements, parts.length);
  return {
    elements,
    isWithin:
      depth <= budget.maxDepth && elements <= budget.maxElements && sizes.every(({ isWithin }) => isWithin),
  };
}

function isRecord(each: unknown): each is Record<string, unknown> {
  return typeof each === 'object' && each !== null && !ArrayBuffer.isView(each);
}

const kinds: readonly MessageKind[] = [
  'call',
  'returned',
  'host-call',
  'credit',
  'ping',
  'pong',
  'ready',
  'failed',
  'destroyed',
];
const frame = fc
  .tuple(fc.constantFrom(...kinds), fc.nat(5), fc.nat(1_000), fc.uint8Array({ maxLength: 50 }))
  .map(([kind, instance, call, body]) => {
    const bytes = Buffer.alloc(headBytes + body.length);
    writeMessage(bytes, 0, kind, instance, call, body);
    return { kind, instance, call, body: [...body], bytes };
  });
const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });

function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

describe('a stream of bytes', () => {
  fuzz(
    'gives the messages that were written, however it is cut',
    1_000,
    fc.property(fc.array(frame, { maxLength: 8 }), chunkSizes, (frames, sizes) => {
      const splitter = new MessageSplitter();
      const got: unknown[] = [];
      for (const chunk of chunksOf(Buffer.concat(frames.map(({ bytes }) => bytes)), sizes))
        splitter.push(chunk, ({ kind, instance, call, body }) =>
          got.push({ kind, instance, call, body: [...body] }),
        );
      expect(got).toEqual(frames.map(({ kind, instance, call, body }) => ({ kind, instance, call, body })));
    }),
  );

  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .tuple(
        fc.array(frame, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(255),
      )
      .map(([frames, at, byte]) => {
        const bytes = Buffer.concat(frames.map((each) => each.bytes));
        bytes[Math.floor(at * bytes.length)] = byte;
        return new Uint8Array(bytes);
      }),
  );

  fuzz(
    'of anything gives messages or breaks the protocol',
    3_000,
    fc.property(noise, chunkSizes, (bytes, sizes) => {
      const splitter = new MessageSplitter();
      try {
        for (const chunk of chunksOf(bytes, sizes)) splitter.push(chunk, () => {});
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }),
  );

  fuzz(
    'of anything makes a channel deliver, or break once and fall silent',
    2_000,
    fc.property(noise, chunkSizes, (bytes, sizes) => {
      const [left, right] = wire();
      const told: string[] = [];
      const channel: Channel = new Channel(
        right,
        {
          onMessage: (message) => {
            told.push('message');
            channel.release(message);
          },
          onBroken: () => told.push('broken'),
          onClose: () => {},
        },
        'turn',
      );
      for (const chunk of chunksOf(bytes, sizes)) left.send(Buffer.from(chunk));
      const end = told.indexOf('broken');
      expect(end === -1 || end === told.length - 1).toBe(true);
    }),
  );
});
