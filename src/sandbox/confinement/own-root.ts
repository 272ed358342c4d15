import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SystemTools } from './system-tools.ts';

/**
 * Where the new root is put together, in a mount namespace of its own: a folder that every Linux has and nothing here is
 * read from, so that what lies over it hides nothing.
 */
const rootFolder = '/sys';

/** The system's programs and libraries, for node to be linked with. Links among them come out as folders. */
const systemFolders = ['/usr', '/lib', '/lib32', '/lib64', '/nix/store'].filter((folder) =>
  existsSync(folder),
);

/**
 * Runs a command with a root that holds the system's programs, node, what is named, and nothing of it to be written.
 * Positional: the table of mounts, folders to make and files to make with the count of each before them, the command.
 */
const script = `set -eu
mount=$1 mkdir=$2 table=$3 folders=$4 files=$5
shift 5
"$mount" -n -t tmpfs -o size=64k,mode=0755,nosuid,nodev,noexec none ${rootFolder}
while [ "$folders" -gt 0 ]; do "$mkdir" -p "$1"; shift; folders=$((folders - 1)); done
while [ "$files" -gt 0 ]; do : > "$1"; shift; files=$((files - 1)); done
printf %s "$table" > ${rootFolder}/mounts
"$mount" -n -a -T ${rootFolder}/mounts
: > ${rootFolder}/mounts
"$mount" -n -o remount,bind,ro ${rootFolder}
exec "$@"`;

export interface Readable {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/** The command, to be run with all powers in a mount namespace and a process namespace of its own. */
export function withOwnRoot(
  tools: SystemTools,
  { folders, files }: Readable,
  command: readonly string[],
): readonly string[] {
  const ownFolders = folders.filter(isNotOfSystem);
  const ownFiles = files.filter(isNotOfSystem);
  const parents = [...new Set(ownFiles.map((file) => `${rootFolder}${dirname(file)}`))];
  const table = [
    ...[...systemFolders, ...ownFolders].map((folder) =>
      mountLine(folder, 'rbind,ro,nosuid,nodev,X-mount.mkdir'),
    ),
    ...ownFiles.map((file) => mountLine(file, 'bind,ro,nosuid,nodev')),
    `proc ${rootFolder}/proc proc ro,nosuid,nodev,noexec,X-mount.mkdir 0 0\n`,
  ].join('');
  const made = ownFiles.map((file) => `${rootFolder}${file}`);
  return [
    ...[tools.sh, '-c', script, 'sh', tools.mount, tools.mkdir],
    ...[table, String(parents.length), String(made.length), ...parents, ...made],
    ...[tools.unshare, `--root=${rootFolder}`, '--wd=/', '--', ...command],
  ];
}

function isNotOfSystem(path: string): boolean {
  return !systemFolders.some((folder) => path.startsWith(`${folder}/`));
}

/** A line of fstab(5), where white space and backslashes are written in octal. */
function mountLine(path: string, options: string): string {
  const field = (text: string): string =>
    text.replaceAll(/[\s\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `${field(path)} ${field(rootFolder + path)} none ${options} 0 0\n`;
}
