import process from 'node:process';

// Vitest asks its workers for color on a terminal and in CI; what tests start and read should not hear of it.
delete process.env['FORCE_COLOR'];
