import { getRandomValues } from 'node:crypto';
import type { WasiContext } from './wasi-context.ts';
import { limitReached } from './wit-error.ts';

const maxBytes = 1024 * 1024;
/** Most that `getRandomValues` gives at once. */
const portionBytes = 64 * 1024;

/**
 * `wasi:random`. Without the permission `random` it is one fixed sequence, the same for every instance: language runtimes seed
 * hash tables from it and do not start without, and the same call takes the same way again. It is not fit for keys.
 */
export function randomImports({ grant, denials }: WasiContext) {
  const next = fixedSequence();
  const insecureBytes = (length: bigint): Uint8Array => {
    const bytes = new Uint8Array(checked(length));
    const view = new DataView(bytes.buffer);
    for (let at = 0; at + 8 <= bytes.length; at += 8) view.setBigUint64(at, next(), true);
    const tail = next();
    for (let at = bytes.length - (bytes.length % 8), shift = 0n; at < bytes.length; at += 1, shift += 8n) {
      bytes[at] = Number((tail >> shift) & 0xffn);
    }
    return bytes;
  };
  const secureBytes = (length: bigint): Uint8Array => {
    if (!grant.isRandom) {
      denials.tell('random');
      return insecureBytes(length);
    }
    const bytes = new Uint8Array(checked(length));
    for (let at = 0; at < bytes.length; at += portionBytes) {
      getRandomValues(bytes.subarray(at, at + portionBytes));
    }
    return bytes;
  };
  const u64 = (bytes: Uint8Array): bigint => new DataView(bytes.buffer).getBigUint64(0, true);
  return {
    'wasi:random/random': {
      getRandomBytes: secureBytes,
      getRandomU64: () => u64(secureBytes(8n)),
    },
    'wasi:random/insecure': {
      getInsecureRandomBytes: insecureBytes,
      getInsecureRandomU64: next,
    },
    'wasi:random/insecure-seed': {
      insecureSeed: () => (grant.isRandom ? [u64(secureBytes(8n)), u64(secureBytes(8n))] : [next(), next()]),
    },
  };
}

function checked(length: bigint): number {
  if (length > maxBytes) throw limitReached('random_bytes', Number(length), maxBytes);
  return Number(length);
}

/** SplitMix64 (Steele, Lea and Flood 2014) from zero. */
function fixedSequence(): () => bigint {
  let state = 0n;
  return () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let mixed = state;
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    return mixed ^ (mixed >> 31n);
  };
}
