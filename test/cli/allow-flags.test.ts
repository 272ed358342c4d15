import { describe, expect, test } from 'vitest';
import {
  type AllowFlags,
  configOfArtifact,
  configTableOf,
  flagOfInterface,
  flagsFor,
  hasAllowFlags,
  idOf,
  permissionsOf,
} from '../../src/cli/allow-flags.ts';
import { parseConfig } from '../../src/config/parse.ts';

const noFlags: AllowFlags = { allowLog: true };

describe('permission flags', () => {
  test.each<[string, AllowFlags, readonly string[]]>([
    ['no flag grants the log alone', noFlags, ['log']],
    ['--no-allow-log grants nothing', { allowLog: false }, []],
    ['--allow-read is fs:read', { allowLog: false, allowRead: ['a', 'b'] }, ['fs:read:a', 'fs:read:b']],
    ['--allow-list is fs:list', { allowLog: false, allowList: ['a'] }, ['fs:list:a']],
    ['--allow-metadata is fs:metadata', { allowLog: false, allowMetadata: ['a'] }, ['fs:metadata:a']],
    ['--allow-watch is watch', { allowLog: false, allowWatch: ['a'] }, ['watch:a']],
    ['--allow-publish is relay:publish', { allowLog: false, allowPublish: ['c'] }, ['relay:publish:c']],
    ['--allow-write is fs:write', { allowLog: false, allowWrite: ['a'] }, ['fs:write:a']],
    [
      '--allow-storage is both of storage',
      { allowLog: false, allowStorage: ['notes'] },
      ['storage:read:notes', 'storage:write:notes'],
    ],
    ['--allow-net is net:request', { allowLog: false, allowNet: ['https://a'] }, ['net:request:https://a']],
    ['--allow-env is env:read', { allowLog: false, allowEnv: ['HOME'] }, ['env:read:HOME']],
    ['--allow takes any permission', { allowLog: false, allow: ['random'] }, ['random']],
    [
      '--allow-fs is all four, each once',
      { allowLog: true, allowRead: ['a'], allowFs: ['a'] },
      ['log', 'fs:list:a', 'fs:metadata:a', 'fs:read:a', 'watch:a'],
    ],
  ])('%s', (_title, flags, permissions) => {
    expect(permissionsOf(flags)).toEqual(permissions);
  });

  test.each<[readonly string[], string]>([
    [['fs:read:waves'], '--allow-read=waves'],
    [['fs:list:*'], '--allow-list=DIR'],
    [['watch:my waves'], "--allow-watch='my waves'"],
    [["fs:metadata:it's"], String.raw`--allow-metadata='it'\''s'`],
    [['relay:publish:discovery'], '--allow-publish=discovery'],
    [['relay:publish:*'], '--allow-publish=CHANNEL'],
    [['log'], '--allow-log'],
    [['net:request:https://example.org'], '--allow-net=https://example.org'],
    [['fs:write:out'], '--allow-write=out'],
    [['env:read:HOME'], '--allow-env=HOME'],
    [['plugin:call:other'], '--allow=plugin:call:other'],
    [['random'], '--allow=random'],
    [['storage:read:notes'], '--allow=storage:read:notes'],
    [['storage:read:notes', 'storage:write:notes'], '--allow-storage=notes'],
    [['storage:read:notes', 'storage:write:other'], '--allow=storage:read:notes --allow=storage:write:other'],
    [['fs:list:a', 'watch:a', 'fs:read:a', 'fs:metadata:a', 'fs:read:b'], '--allow-fs=a --allow-read=b'],
  ])('%j is granted by %s, and nothing else is', (permissions, flags) => {
    expect(flagsFor(permissions).join(' ')).toBe(flags);
  });

  test.each([
    ['signalbox:plugin/filesystem', '--allow-fs=DIR'],
    ['signalbox:plugin/storage', '--allow-storage=SPACE'],
    ['signalbox:plugin/http', '--allow-net=ORIGIN'],
    ['signalbox:plugin/environment', '--allow-env=NAME'],
    ['signalbox:plugin/metrics', '--allow=metrics'],
    ['signalbox:plugin/log', undefined],
    ['toString', undefined],
  ])('%s is of use with %s', (name, flag) => {
    expect(flagOfInterface(name)).toBe(flag);
  });

  test.each<[AllowFlags, boolean]>([
    [noFlags, false],
    [{ allowLog: false }, true],
    [{ ...noFlags, allowWatch: ['a'] }, true],
    [{ ...noFlags, configValue: ['a=1'] }, true],
  ])('%j was given by somebody: %s', (flags, given) => {
    expect(hasAllowFlags(flags)).toBe(given);
  });
});

describe('config values', () => {
  test('are JSON where they are JSON, and text where not', () => {
    expect(configTableOf(['directories=["waves"]', 'limit=3', 'name=Ada', 'sum=a=b', 'empty='])).toEqual({
      directories: ['waves'],
      limit: 3,
      name: 'Ada',
      sum: 'a=b',
      empty: '',
    });
  });

  test.each(['name', '=value'])('without a key are refused: %s', (pair) => {
    expect(() => configTableOf([pair])).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });
});

describe('the config of a single artifact', () => {
  test.each([
    ['plugins/waveform_scanner', 'waveform_scanner'],
    ['Wave Scanner.ts', 'wave-scanner'],
    ['-.ts', 'plugin'],
    ['波形.wasm', 'plugin'],
  ])('an entry for %s is called %s', (path, id) => {
    expect(idOf(path)).toBe(id);
  });

  test('carries paths, permissions and values whatever characters they hold', () => {
    const nasty = `a"b\\c'd\n[plugins]\u001b\u007f é`;
    const flags = { allowLog: true, allowRead: [nasty], configValue: [`key.with "quotes"=${nasty}`] };
    const { text, baseFolder } = configOfArtifact(`/plugins/${nasty}.ts`, 'x', flags, '/work');
    const reading = parseConfig(text, `${baseFolder}/signalbox.toml`);
    expect(reading).toMatchObject({
      outcome: 'document',
      document: {
        rejected: [],
        entries: [
          {
            id: 'x',
            enabled: true,
            artifactPath: `/plugins/${nasty}.ts`,
            permissions: ['log', `fs:read:${nasty}`],
            config: { 'key.with "quotes"': nasty },
          },
        ],
      },
    });
  });
});
