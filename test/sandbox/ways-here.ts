import { spawnSync } from 'node:child_process';
import { confineBy, type WayName, wayNames } from '../../src/sandbox/confinement/confine.ts';
import type { Readable } from '../../src/sandbox/confinement/own-root.ts';

/** The ways in which this machine lets us confine: containers often know few. */
export function waysHere(readable: Readable): readonly WayName[] {
  return wayNames.filter((way) => {
    const { file, args } = confineBy(way, ['--version'], readable);
    return spawnSync(file, args, { env: {}, encoding: 'utf8' }).stdout?.trim() === process.version;
  });
}
