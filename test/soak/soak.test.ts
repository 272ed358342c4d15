import { describe, expect, test } from 'vitest';
import { scaled, seed } from '../support/scale.ts';
import { callOften } from './calls.ts';
import { repeatCall } from './fuel.ts';
import { callHostile } from './hostile.ts';
import { runHundred } from './hundred.ts';
import { reloadOften } from './reloads.ts';

/** Growth in bytes and time is for `npm run soak` to judge, on a machine that does nothing else; here counts are. */
const patienceMs = 180_000 * scaled(1);

describe('in a short soak', () => {
  test(
    'every call is answered as it should be',
    async () => {
      const calls = scaled(2_000);
      expect(await callOften(calls)).toMatchObject({ calls, wrong: 0 });
    },
    patienceMs,
  );

  test.each(['script', 'component'] as const)(
    'no reload of a %s leaves anything behind',
    async (kind) => {
      const reloads = scaled(30);
      expect(await reloadOften(kind, reloads)).toMatchObject({ reloads, failed: 0, leaked: [] });
    },
    patienceMs,
  );

  test(
    'hostile guests are stopped, and their neighbour answers',
    async () => {
      const calls = scaled(12);
      const { wrongNeighbour, outcomes } = await callHostile(calls);
      expect({
        wrongNeighbour,
        ended: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
      }).toEqual({
        wrongNeighbour: 0,
        ended: calls,
      });
    },
    patienceMs,
  );

  test(
    'a call takes the same fuel on every fresh instance in every tier',
    async () => {
      const { figures } = await repeatCall(scaled(4));
      expect(figures).toEqual({ script: [expect.any(Number)], component: [expect.any(Number)] });
    },
    patienceMs,
  );

  test(
    'plugins that tick, are called, edited, switched and killed are all Ready in the end',
    async () => {
      const operations = scaled(300);
      const run = await runHundred({ plugins: 20, seed, progress: (done) => done / operations });
      expect(run).toMatchObject({ wrong: [], notReady: [], leaked: [] });
    },
    patienceMs,
  );
});
