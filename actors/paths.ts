/** Folder of an absolute file path. Actors know no operating system, so both separators count. */
export function folderOf(file: string): string {
  const end = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'));
  return end <= 0 ? file.slice(0, end + 1) : file.slice(0, end);
}

/** `path` as it stands when it is absolute, else below `folder`, with `.` and `..` resolved. */
export function absolutePath(folder: string, path: string): string {
  if (/^([/\\]|[A-Za-z]:[/\\])/.test(path)) return path;
  const parts = folder.split(/[/\\]/);
  for (const part of path.split(/[/\\]/)) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
