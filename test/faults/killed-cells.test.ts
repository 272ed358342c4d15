import { expect, test } from 'vitest';
import { scaled } from '../support/scale.ts';
import { killCells } from './killed-cells.ts';

test(
  'cells are killed while calls stream: every call is answered, and only those in the dead cell fail',
  async () => {
    const kills = scaled(10);
    expect(await killCells(kills)).toEqual({
      kills,
      calls: expect.any(Number),
      lostWithCell: expect.any(Number),
      neighbourCalls: expect.any(Number),
      wrong: [],
    });
  },
  120_000 * scaled(1),
);
