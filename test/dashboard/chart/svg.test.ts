import { expect, test } from 'vitest';
import { chartSvg } from '../../../src/dashboard/chart/svg.ts';
import type { Chart } from '../../../src/wire/machines.ts';

const chart: Chart = {
  name: 'one & only',
  states: [{ id: 'one', key: 'on<e>', type: 'atomic', invokes: [], transitions: [] }],
};

test('a picture holds its texts and cannot be broken by them', () => {
  const place = { id: 'one', parent: undefined, x: 0, y: 0, width: 100, height: 32, corner: { x: 0, y: 0 } };
  const arrow = {
    id: 'a',
    source: 'one',
    target: 'one',
    points: [
      { x: 0, y: 0 },
      { x: 0, y: 20 },
      { x: 20, y: 20 },
    ],
    labels: [{ text: 'go [a && b]', x: 1, y: 2 }],
  };
  const svg = chartSvg(chart, { states: [place], arrows: [arrow] });
  expect(svg).toContain('viewBox="0 0 112 44"');
  expect(svg).toContain('<title>one &amp; only</title>');
  expect(svg).toContain('>on&lt;e&gt;</text>');
  expect(svg).toContain('go [a &amp;&amp; b]');
  expect(svg).toContain('d="M0 0L0 14Q0 20 6 20L20 20"');
});
