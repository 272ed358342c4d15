#!/usr/bin/env node
import process from 'node:process';
import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { exitCodes, processShell } from './shell.ts';

// A reader that has seen enough (`signalbox list | head -1`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await createProgram(processShell()).parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown;
  // It has printed what it has to say; help and version are what somebody asked for.
  process.exitCode = thrown.exitCode === 0 ? exitCodes.fine : exitCodes.unusable;
}
