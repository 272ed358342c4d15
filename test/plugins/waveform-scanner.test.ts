import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { holdScriptCompiler } from '../../src/packages/script-compiler.ts';
import { type RunningScript, startScript } from './script-harness.ts';

const compiler = holdScriptCompiler();
afterAll(() => compiler[Symbol.asyncDispose]());

const vcd = '$timescale 1 ns $end $var wire 1 ! a $end $enddefinitions $end';
let scanner: RunningScript;
beforeEach(async () => {
  scanner = await startScript('waveform_scanner/scanner.ts');
});

/** What was published since the last look, path by path. */
function published(): Record<string, unknown> {
  const found = scanner.events.splice(0).flatMap(({ channel, event: { tag, val } }) => {
    expect([channel, tag]).toEqual(['discovery', 'discovery']);
    const details = val['details'] as readonly string[];
    return (val['paths'] as readonly string[]).map(
      (path, index) => [path, JSON.parse(details[index] ?? '')] as const,
    );
  });
  return Object.fromEntries(found);
}

function start(
  files: Readonly<Record<string, string>>,
  config: Readonly<Record<string, unknown>> = {},
): void {
  for (const [path, content] of Object.entries(files)) scanner.disk.write(path, content);
  scanner.init({ directories: ['waves'], ...config });
  scanner.tick();
}

const vcdDetails = {
  kind: 'vcd',
  recognisedBy: 'content',
  bytes: vcd.length,
  timescale: '1 ns',
  signals: 1,
};

describe('the first scan', () => {
  test('publishes every real file below the directory with what it is', () => {
    const folder = fileURLToPath(new URL('../fixtures/waveforms/', import.meta.url));
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    const paths = files.map(({ parentPath, name }) =>
      `${parentPath}/${name}`.replaceAll('//', '/').replace(folder, ''),
    );
    for (const path of paths) scanner.disk.write(`waves/${path}`, readFileSync(folder + path));
    start({});
    const expected = paths
      .filter((path) => !path.endsWith('.md'))
      .map((path) => [`waves/${path}`, path.slice(-3)]);
    const kinds = Object.entries(published()).map(([path, details]) => [
      path,
      (details as { kind: string }).kind,
    ]);
    expect(kinds.sort()).toEqual(expected.sort());
    expect(scanner.logs).toEqual(['info 57 waveform files']);
  });

  test('looks for the endings of the config, in any case, in directories of any depth', () => {
    start(
      { 'waves/a/b/c.VCD': vcd, 'waves/a.fst': '', 'waves/a.txt': vcd, 'other/a.vcd': vcd },
      { extensions: ['.vcd'] },
    );
    expect(published()).toEqual({ 'waves/a/b/c.VCD': vcdDetails });
  });

  test('says what it could not recognise and whose name lies, in the log and in the details', () => {
    start({ 'waves/bad.fst': 'hello', 'waves/lie.ghw': vcd });
    expect(published()).toEqual({
      'waves/bad.fst': {
        kind: 'unknown',
        recognisedBy: 'nothing',
        bytes: 5,
        reason: 'it starts with 68 65 6c 6c 6f, which is no FST header',
      },
      'waves/lie.ghw': { ...vcdDetails, claimedKind: 'ghw' },
    });
    expect(scanner.logs).toEqual([
      'warn cannot recognise waves/bad.fst: it starts with 68 65 6c 6c 6f, which is no FST header',
      'warn waves/lie.ghw is named ghw, but is vcd',
      'info 2 waveform files',
    ]);
  });

  test('of 1,500 files goes on over ticks as the rate allows, reads none twice and tells each once', () => {
    for (let file = 0; file < 1_500; file++)
      scanner.disk.write(`waves/${file % 3 === 0 ? 'sub/' : ''}${file}.vcd`, vcd);
    scanner.disk.allowance = 100;
    scanner.init({ directories: ['waves'] });
    for (let tick = 0; tick < 31; tick++) {
      scanner.tick();
      scanner.disk.allowance += 100;
    }
    const paths = scanner.events.flatMap(({ event }) => event.val['paths'] as readonly string[]);
    expect([paths.length, new Set(paths).size]).toEqual([1_500, 1_500]);
    // Two pages of the folder, one of the one below; then a look and a read for each file.
    expect(scanner.disk.operations).toBe(3 + 2 * 1_500);
  });

  test('works by the ending alone where reading was not granted', () => {
    scanner.disk.refusals.set('read', 'inaccessible');
    start({ 'waves/a.vcd': vcd });
    expect(published()).toEqual({
      'waves/a.vcd': {
        kind: 'vcd',
        recognisedBy: 'ending',
        bytes: vcd.length,
        reason: 'its content may not be read',
      },
    });
  });

  test('goes on past what the disk cannot give', () => {
    scanner.disk.refusals.set('read waves/a.vcd', 'io');
    start({ 'waves/a.vcd': vcd, 'waves/b.vcd': vcd });
    expect(Object.keys(published())).toEqual(['waves/b.vcd']);
    expect(scanner.logs).toContain('warn cannot look at waves/a.vcd: io: as the test wishes');
  });
});

describe('a change', () => {
  test('publishes what is new or different, and looks at nothing else', () => {
    start({ 'waves/a.vcd': vcd, 'waves/b.vcd': vcd });
    published();
    const before = scanner.disk.operations;
    scanner.disk.write('waves/b.vcd', '');
    scanner.disk.write('waves/c.vcd', vcd);
    scanner.changed(['waves/a.vcd', 'waves/b.vcd', 'waves/c.vcd', 'waves/notes.txt']);
    expect(Object.keys(published())).toEqual(['waves/b.vcd', 'waves/c.vcd']);
    expect(scanner.disk.operations - before).toBe(6);
  });

  test('of a folder is followed down into it', () => {
    start({ 'waves/a.vcd': vcd });
    published();
    scanner.disk.write('waves/new/deep/b.vcd', vcd);
    scanner.changed(['waves/new']);
    expect(Object.keys(published())).toEqual(['waves/new/deep/b.vcd']);
  });

  test('that takes files away is logged, and the same file is new when it comes back', () => {
    start({ 'waves/sub/a.vcd': vcd, 'waves/sub/b.vcd': vcd, 'waves/c.vcd': vcd });
    published();
    scanner.disk.remove('waves/sub');
    scanner.changed(['waves/sub']);
    expect(scanner.logs.slice(-2)).toEqual(['info waves/sub/a.vcd is gone', 'info waves/sub/b.vcd is gone']);
    expect(scanner.call('known')).toEqual(['waves/c.vcd']);
    scanner.disk.write('waves/sub/a.vcd', vcd);
    scanner.changed(['waves/sub/a.vcd']);
    expect(Object.keys(published())).toEqual(['waves/sub/a.vcd']);
  });

  test('too large to list makes it look everywhere, and read only what differs', () => {
    start({ 'waves/a.vcd': vcd, 'waves/b.vcd': vcd, 'waves/c.vcd': vcd });
    published();
    scanner.disk.write('waves/b.vcd', '');
    scanner.disk.remove('waves/c.vcd');
    const before = scanner.disk.operations;
    scanner.changed([], true);
    expect(Object.keys(published())).toEqual(['waves/b.vcd']);
    expect(scanner.disk.operations - before).toBe(4);
    expect(scanner.logs.at(-1)).toBe('info waves/c.vcd is gone');
  });

  test('while the disk fails takes nothing away', () => {
    start({ 'waves/a.vcd': vcd });
    scanner.disk.refusals.set('list waves', 'io');
    scanner.changed([], true);
    expect(scanner.call('known')).toEqual(['waves/a.vcd']);
  });
});

describe('the config', () => {
  test('may change while it runs: other directories are watched and searched, others forgotten', () => {
    start({ 'waves/a.vcd': vcd, 'more/b.fst': '', 'more/c.vcd': vcd });
    published();
    scanner.configUpdated({ directories: ['more'], extensions: ['vcd'] });
    expect(Object.keys(published())).toEqual(['more/c.vcd']);
    expect([...scanner.watches.values()]).toEqual([['more']]);
    expect(scanner.call('known')).toEqual(['more/c.vcd']);
  });

  test.each([
    [{}, '"directories" is missing, allowed is a list of texts: ["waves"]'],
    [{ directories: [] }, '"directories" is [], allowed is a list of texts: ["waves"]'],
    [
      { directories: ['waves'], extensions: ['txt'] },
      '"extensions" has "txt", allowed are "vcd", "fst", "ghw"',
    ],
    [
      { directories: ['waves'], debounce_ms: 1 },
      '"debounce_ms" is 1, allowed is a whole number from 50 to 60000',
    ],
  ])('%j is refused', (config, val) => {
    expect(thrownBy(() => scanner.init(config))).toEqual({ tag: 'invalid-config', val });
  });

  test('that names what may not be watched is refused', () => {
    scanner.refusal.subscribe = 'inaccessible';
    expect(thrownBy(() => scanner.init({ directories: ['secret'] }))).toEqual({
      tag: 'invalid-config',
      val: 'Cannot watch secret: inaccessible null',
    });
  });

  test('that is refused while it runs leaves it as it was', () => {
    start({ 'waves/a.vcd': vcd });
    expect(thrownBy(() => scanner.configUpdated({ directories: 7 }))).toMatchObject({
      tag: 'invalid-config',
    });
    expect([...scanner.watches.values()]).toEqual([['waves']]);
  });
});

describe('a host that takes no events', () => {
  test('for now gets them later', () => {
    scanner.refusal.publish = 'rate-limited';
    start({ 'waves/a.vcd': vcd });
    expect(published()).toEqual({});
    delete scanner.refusal.publish;
    scanner.tick();
    expect(published()).toEqual({ 'waves/a.vcd': vcdDetails });
  });

  test('at all is told once', () => {
    scanner.refusal.publish = 'denied';
    expect(thrownBy(() => start({ 'waves/a.vcd': vcd }))).toEqual({
      tag: 'failed',
      val: 'Cannot publish: denied null',
    });
    scanner.tick();
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
