import { expect, test } from 'vitest';
import { executionId, nextGeneration } from '../../actors/plugin-context.ts';

test('however often a plugin is reloaded, the ids of its actors are few, and two that follow one another differ', () => {
  const ids = new Set<string>();
  let generation = 0;
  for (let reload = 0; reload < 10_000; reload++) {
    const next = nextGeneration(generation);
    expect(next).not.toBe(generation);
    generation = next;
    ids.add(executionId(generation));
  }
  expect(ids.size).toBe(1_000);
});
