import { atLoad, returns, type ZooGuest } from '../guest.ts';

const folderOf = (id: string, more = '') =>
  `id = "zoo.${id}"\nversion = "1.0.0"\nkind = "script"\nentry = "entry.js"\n${more}`;
const seven = { script: 'proto-exports' } as const;

/** Plugins whose place or manifest is not what it should be. */
export const folderGuests: readonly ZooGuest[] = [
  {
    id: 'device',
    does: 'is /dev/zero',
    artifact: { path: '/dev/zero' },
    strikes: 'load',
    rule: 'regular files',
    end: atLoad('ARTIFACT_INVALID'),
  },
  {
    id: 'pipe',
    does: 'is a pipe that nobody writes to',
    artifact: { path: '{folder}/granted/pipe' },
    strikes: 'load',
    rule: 'regular files',
    end: atLoad('ARTIFACT_INVALID'),
  },
  {
    id: 'missing',
    does: 'is not there',
    artifact: { path: '{folder}/nothing.wasm' },
    strikes: 'load',
    rule: 'regular files',
    end: atLoad('ARTIFACT_MISSING'),
  },
  {
    id: 'no-manifest',
    does: 'is a folder without a manifest',
    artifact: { path: '{folder}/granted-not' },
    strikes: 'load',
    rule: 'manifest',
    end: atLoad('ARTIFACT_INVALID'),
  },
  {
    id: 'manifest-of-another',
    does: 'says it is another plugin',
    artifact: { manifest: folderOf('good.script'), entry: seven },
    strikes: 'load',
    rule: 'manifest',
    end: atLoad('MANIFEST_INVALID'),
  },
  {
    id: 'manifest-deep',
    does: 'has a manifest with a key of 20,000 segments',
    artifact: { manifest: `${'a.'.repeat(20_000)}a = 1` },
    strikes: 'load',
    rule: 'nesting',
    end: atLoad('MANIFEST_INVALID'),
  },
  {
    id: 'manifest-huge',
    does: 'has a manifest of 5 MB',
    artifact: { manifest: `x = "${'x'.repeat(5_000_000)}"` },
    strikes: 'load',
    rule: 'manifest size',
    end: atLoad('MANIFEST_INVALID'),
  },
  {
    id: 'manifest-proto',
    does: 'has a manifest with __proto__ tables',
    artifact: {
      manifest: folderOf(
        'manifest-proto',
        '[__proto__]\npolluted = true\n[constructor.prototype]\npolluted = true\n',
      ),
      entry: seven,
    },
    strikes: 'call',
    rule: 'JSON values only',
    end: returns(7),
  },
  {
    id: 'manifest-too-new',
    does: 'was made for an API that does not exist',
    artifact: { manifest: folderOf('manifest-too-new', 'api = "9.0"\n'), entry: seven },
    strikes: 'load',
    rule: 'version map',
    end: atLoad('API_INCOMPATIBLE'),
  },
  {
    id: 'entry-outside',
    does: 'names an entry outside its folder',
    artifact: { manifest: folderOf('entry-outside').replace('entry.js', '../proto-exports.js') },
    strikes: 'load',
    rule: 'containment',
    end: atLoad('MANIFEST_INVALID'),
  },
];
