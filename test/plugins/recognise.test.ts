import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { headBytes, recognise } from '../../plugins/waveform_scanner/recognise.ts';
import type { WaveformDetails } from '../../plugins/waveform_scanner/waveform.ts';

const waveforms = fileURLToPath(new URL('../fixtures/waveforms/', import.meta.url));
const realFiles = readdirSync(waveforms, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(vcd|fst|ghw)$/.test(path))
  .sort();

function recogniseReal(path: string, name = path): WaveformDetails {
  const content = readFileSync(waveforms + path);
  return recognise(name, content.length, content.subarray(0, headBytes));
}

function recogniseBytes(path: string, content: Uint8Array | string): WaveformDetails {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  return recognise(path, bytes.length, bytes.subarray(0, headBytes));
}

describe('real files of many simulators', () => {
  test('are all here', () => {
    expect(realFiles.length).toBe(57);
  });

  test.each(realFiles)('%s is recognised by its content, whatever its name', (path) => {
    const kind = path.slice(-3);
    expect(recogniseReal(path)).toMatchObject({ kind, recognisedBy: 'content' });
    expect(recogniseReal(path, 'no-ending')).toMatchObject({ kind, recognisedBy: 'content' });
  });

  test.each(realFiles.filter((path) => path.endsWith('.vcd')))(
    '%s has as many signals as it declares',
    (path) => {
      const [header = ''] = readFileSync(waveforms + path, 'latin1').split('$enddefinitions', 1);
      const declared = header.match(/\$var\s/g)?.length ?? 0;
      const { signals, signalsAtLeast } = recogniseReal(path);
      if (signals !== undefined) expect(signals).toBe(declared);
      else expect(signalsAtLeast).toBeLessThan(declared);
    },
  );

  test.each<[string, Partial<WaveformDetails>]>([
    [
      'icarus/rv32_soc_TB.vcd.fst',
      { timescale: '1 ps', date: 'Thu Mar 4 15:10:28 2021', writer: 'Icarus Verilog', signals: 80 },
    ],
    ['gtkwave-analyzer/transaction.fst', { wrapping: 'gzip' }],
    ['ghdl/wellen_issue_12.ghw', { timescale: '1 fs', writer: 'GHDL', signals: 646 }],
    [
      'gtkwave-analyzer/perm_current.vcd',
      {
        timescale: '10 ps',
        date: 'Thu Dec 3 14:30:51 2020',
        writer: 'GTKWave Analyzer v3.3.61 (w)1999-2014 BSI',
        signals: 30,
      },
    ],
    // The simulator crashed into the header and left a word of its own there.
    [
      'github_issues/issue40.vcd',
      { timescale: '1 ps', date: 'Fri Feb 7 16:00:22 2025', writer: 'Icarus Verilog', signals: 1 },
    ],
    ['migen/migen.vcd', { signals: 4 }],
  ])('%s tells what its header says', (path, facts) => {
    const { kind: _kind, recognisedBy: _by, bytes: _bytes, ...told } = recogniseReal(path);
    expect(told).toEqual(facts);
  });
});

describe('a name that lies', () => {
  test('is told beside what the content says', () => {
    expect(recogniseReal('wikipedia/example.vcd', 'waves/a.fst')).toMatchObject({
      kind: 'vcd',
      recognisedBy: 'content',
      claimedKind: 'fst',
    });
  });
});

describe('what is no waveform', () => {
  const fstHeader = readFileSync(`${waveforms}surfer/counter.vcd.fst`).subarray(0, 330);
  const spoiled = (offset: number) => Buffer.from(fstHeader).fill(0xff, offset, offset + 1);
  test.each([
    ['empty.vcd', '', 'it is empty'],
    ['text.vcd', 'Dear diary,', 'it starts with 44 65 61 72 20 64 69 61, which is no VCD header'],
    ['shell.vcd', '$datel x $end', 'it starts with 24 64 61 74 65 6c 20 78, which is no VCD header'],
    ['late.vcd', 'x $date today $end', 'it starts with 78 20 24 64 61 74 65 20, which is no VCD header'],
    ['cut.fst', fstHeader.subarray(0, 200), 'it starts with 00 00 00 00 00 00 00 01, which is no FST header'],
    ['length.fst', spoiled(8), 'it starts with 00 00 00 00 00 00 00 01, which is no FST header'],
    ['number.fst', spoiled(30), 'it starts with 00 00 00 00 00 00 00 01, which is no FST header'],
    ['wrapper.fst', Buffer.alloc(400, 254), 'it starts with fe fe fe fe fe fe fe fe, which is no FST header'],
    ['magic.ghw', 'GHDLwav', 'it starts with 47 48 44 4c 77 61 76, which is no GHW header'],
    ['packed.fst', gzipSync('x'), expect.stringContaining('1f 8b 08')],
  ])('%s is unknown, with the reason', (path, content, reason) => {
    expect(recogniseBytes(path, content)).toEqual({
      kind: 'unknown',
      recognisedBy: 'nothing',
      bytes: content.length,
      reason,
    });
  });
});

describe('where content cannot tell, the ending does', () => {
  test.each([
    ['a.ghw', gzipSync('GHDLwave'), 'gzip'],
    ['a.vcd', gzipSync('$date'), 'gzip'],
    ['a.ghw', 'BZh91AY&SY...', 'bzip2'],
  ] as const)('%s packed as a whole', (path, content, wrapping) => {
    expect(recogniseBytes(path, content)).toEqual({
      kind: path.slice(-3),
      recognisedBy: 'ending',
      bytes: content.length,
      wrapping,
      reason: `it is packed with ${wrapping}`,
    });
  });

  test('a file that may not be read', () => {
    const reason = 'its content may not be read';
    expect(recognise('a.VCD', 7, undefined)).toEqual({
      kind: 'vcd',
      recognisedBy: 'ending',
      bytes: 7,
      reason,
    });
    expect(recognise('a.txt', 7, undefined)).toEqual({
      kind: 'unknown',
      recognisedBy: 'nothing',
      bytes: 7,
      reason,
    });
  });
});
