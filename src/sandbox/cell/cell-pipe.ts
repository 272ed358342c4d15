/** The descriptor over which a cell process and its broker talk. */
export const cellPipe = 3;
