/** The other end of a bare IPC round trip. */
process.on('message', (message) => process.send?.(message));
