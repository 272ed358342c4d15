import { returns, type ZooGuest } from '../guest.ts';

const all = ['fs:read:granted', 'fs:list:granted', 'fs:metadata:granted'];
const shut = ['inaccessible', 'inaccessible', 'inaccessible'];
const malformed = ['invalid-path', 'invalid-path', 'invalid-path'];

const escapes = (
  id: string,
  does: string,
  rule: string,
  paths: readonly string[],
  each: readonly unknown[],
): ZooGuest => ({
  id,
  does,
  artifact: { script: 'reads' },
  permissions: all,

  args: [paths],
  strikes: 'call',
  rule,
  end: returns(paths.map(() => each)),
});

/** Ways out of a granted directory, each tried by reading, listing and looking. */
export const fileGuests: readonly ZooGuest[] = [
  escapes(
    'path-upwards',
    'climbs with ..',
    'path grammar',
    [
      'granted/../secret.txt',
      '../secret.txt',
      'granted/deep/../../secret.txt',
      'granted/..',
      '..',
      'granted/./../secret.txt',
    ],
    malformed,
  ),
  escapes(
    'path-absolute',
    'starts at the root',
    'grants',
    ['/etc/passwd', '{folder}/secret.txt', '/proc/self/environ', '/dev/zero'],
    shut,
  ),
  escapes(
    'path-outside',
    'names what lies beside its directory',
    'grants',
    ['secret.txt', 'granted-not/x', 'Granted/ok.txt', 'GRANTED/ok.txt'],
    shut,
  ),
  escapes(
    'path-backslash',
    'climbs as on Windows',
    'path grammar',
    [
      'granted\\..\\secret.txt',
      'granted/..\\secret.txt',
      'C:\\Windows\\win.ini',
      '\\\\server\\share',
      '\\\\?\\C:\\x',
    ],
    malformed,
  ),
  escapes(
    'path-encoded',
    'climbs in percent signs of percent signs, and in dots that only look so',
    'path grammar',
    ['granted/%252e%252e/secret.txt', 'granted/\u2025/secret.txt', 'granted/\uff0e\uff0e/secret.txt'],
    malformed,
  ),
  escapes(
    'path-encoded-once',
    'climbs in percent signs',
    'path grammar',
    ['granted/%2e%2e/secret.txt', 'granted/..%2fsecret.txt', 'granted/ok.txt%00.png'],
    malformed,
  ),
  escapes(
    'path-doubled',
    'has components that are empty',
    'path grammar',
    ['//etc/passwd', 'granted//ok.txt', 'granted///../secret.txt', ''],
    malformed,
  ),
  escapes(
    'path-null',
    'ends its path early',
    'path grammar',
    ['granted/ok.txt\0.png', 'secret.txt\0granted/', 'granted\0/../secret.txt'],
    malformed,
  ),
  escapes(
    'path-control',
    'hides line ends in its path',
    'path grammar',
    ['granted/ok\n.txt', 'granted/\u001b[2J'],
    malformed,
  ),
  escapes(
    'path-devices',
    'names the devices of Windows',
    'path grammar',
    [
      'granted/CON',
      'granted/nul.txt',
      'granted/COM1',
      'granted/AUX.',
      'granted/ok.txt::$DATA',
      'granted/ok.txt.',
      'granted/ok.txt ',
    ],
    malformed,
  ),
  escapes(
    'path-links',
    'goes through links that lead out',
    'no link is followed',
    [
      'granted/link-out/secret.txt',
      'granted/chain/secret.txt',
      'granted/link-proc/self/environ',
      'granted/loop/x',
    ],
    shut,
  ),
  escapes(
    'path-links-inside',
    'goes through a link that stays inside',
    'no link is followed',
    ['granted/link-inside/deep.txt'],
    shut,
  ),
  escapes(
    'path-special',
    'opens a link, a pipe and a device by their names',
    'regular files',
    ['granted/link-secret', 'granted/pipe'],
    ['not-a-file', 'not-a-directory', 'other'],
  ),
  escapes(
    'path-long',
    'has a path of 100 KB',
    'path grammar',
    [`granted/${'x/'.repeat(50_000)}`, `granted/${'x'.repeat(100_000)}`],
    malformed,
  ),
  {
    id: 'path-race',
    does: 'reads 100 times while a file is exchanged for a link to a secret',
    artifact: { script: 'races' },
    permissions: all,
    args: ['granted/swap/file', 100],
    strikes: 'call',
    rule: 'no link is followed',
    isRaced: true,
    end: returns('no secret'),
  },
  {
    id: 'reads-ungranted',
    does: 'reads where it may only list',
    artifact: { script: 'reads' },
    permissions: ['fs:list:granted'],
    args: [['granted/ok.txt']],
    strikes: 'call',
    rule: 'grants',
    end: returns([['inaccessible', 'not-a-directory', 'inaccessible']]),
  },
];
