import { Descriptor } from './descriptor.ts';
import { DirectoryEntryStream } from './directory-entries.ts';
import { GuestFiles } from './guest-files.ts';
import type { IoError } from './streams.ts';
import type { WasiContext } from './wasi-context.ts';

/** `wasi:filesystem`: the granted directories, as the operator wrote them. */
export function filesystemImports(context: WasiContext) {
  const { host, grant, denials } = context;
  const files = new GuestFiles(host, grant);
  return {
    files,
    imports: {
      'wasi:filesystem/preopens': {
        getDirectories: (): [Descriptor, string][] => {
          if (grant.preopens.length === 0) denials.tell('directories');
          return grant.preopens.map(({ path }) => {
            const flags = { read: true, mutateDirectory: files.isGranted('write', path) };
            return [new Descriptor(context, files, { path, type: 'directory', flags }), path];
          });
        },
      },
      'wasi:filesystem/types': {
        Descriptor,
        DirectoryEntryStream,
        filesystemErrorCode: (error: IoError) => (typeof error.code === 'string' ? error.code : undefined),
      },
    },
  };
}
