import { renameSync, writeSync } from 'node:fs';

/**
 * Run as a process of its own: exchanges `dir` and `file` of a folder with the links beside them, as fast as it can, until it is
 * killed or left alone. The folder holds `dir`, `dir-link`, `file` and `file-link`.
 */
const folder = process.argv[2] ?? '.';
process.chdir(folder);
writeSync(1, 'swapping\n');
const parent = process.ppid;
while (process.ppid === parent) {
  exchange('dir', 'dir-link');
  exchange('file', 'file-link');
}

function exchange(name: string, link: string): void {
  renameSync(name, `${name}-aside`);
  renameSync(link, name);
  renameSync(name, link);
  renameSync(`${name}-aside`, name);
}
