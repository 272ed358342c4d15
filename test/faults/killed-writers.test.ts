import { describe, expect, test } from 'vitest';
import { scaled } from '../support/scale.ts';
import { killCommits } from './killed-commits.ts';
import { killSaves } from './killed-saves.ts';

const patienceMs = 120_000;

describe('a process that is killed', () => {
  test(
    'while it saves leaves a whole file with everything it acknowledged',
    async () => {
      const kills = scaled(10);
      expect(await killSaves(kills)).toEqual({ kills, saves: expect.any(Number), torn: [], lost: [] });
    },
    patienceMs * scaled(1),
  );

  test(
    'while it commits leaves a sound database with every row it acknowledged',
    async () => {
      const kills = scaled(10);
      expect(await killCommits(kills)).toEqual({
        kills,
        commits: expect.any(Number),
        torn: [],
        lost: [],
        damage: [],
      });
    },
    patienceMs * scaled(1),
  );
});
