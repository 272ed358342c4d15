import { describe, expect, test } from 'vitest';
import { toStatechart } from '../../src/inspect/statechart.ts';
import { machines } from '../../src/machines.ts';

describe.each(machines())('the statechart of $name', ({ name, machine }) => {
  const chart = toStatechart(name, machine);
  const ids = chart.states.map(({ id }) => id);

  test('is plain JSON with an id for each state', () => {
    expect(JSON.parse(JSON.stringify(chart))).toEqual(chart);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test('refers to states it has, parents first', () => {
    for (const [at, { parent, initial, transitions }] of chart.states.entries()) {
      if (parent !== undefined) expect(ids.indexOf(parent)).toBeLessThan(at);
      const named = [...transitions.flatMap(({ targets }) => targets), ...(initial ? [initial] : [])];
      expect(named.filter((id) => !ids.includes(id))).toEqual([]);
    }
  });
});
