import { type HeaderFacts, latin1 } from './waveform.ts';

const magic = 'GHDLwave\n';
const byteOrderAt = 12;
const bigEndian = 2;

/** The section that holds the hierarchy starts with its name, NUL, four more NULs, then numbers of 32 bits. */
const hierarchy = 'HIE\0\0\0\0\0';
const signalsAfter = hierarchy.length + 4;

/** Undefined when this is no GHW file. Its times are always femtoseconds and only GHDL writes it. */
export function readGhw(head: Uint8Array): HeaderFacts | undefined {
  if (latin1(head.subarray(0, magic.length)) !== magic) return undefined;
  const text = latin1(head);
  const facts = { timescale: '1 fs', writer: 'GHDL' };
  const signalsAt = text.indexOf(hierarchy) + signalsAfter;
  if (signalsAt < signalsAfter || signalsAt + 4 > head.length) return facts;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return { ...facts, signals: view.getUint32(signalsAt, head[byteOrderAt] !== bigEndian) };
}
