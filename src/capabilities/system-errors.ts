/** Codes that say a path leads nowhere for us. */
const absentCodes = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'ENAMETOOLONG']);

/** The code of an error the operating system gave: `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True when an error of the system means that there is nothing at a path, or nothing we may see. */
export function meansAbsent(error: unknown): boolean {
  const code = systemCode(error);
  return code !== undefined && absentCodes.has(code);
}
