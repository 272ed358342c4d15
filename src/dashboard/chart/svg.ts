import type { Chart } from '../../wire/machines.ts';
import { arrowHead } from './arrow-head.ts';
import { labelLinePx, noteLinePx, notesOf, titlePx } from './layout-input.ts';
import type { Layout } from './placed.ts';
import { roundedPath } from './rounded-path.ts';

const marginPx = 12;

const style = `
text { font-family: system-ui, sans-serif; fill: #182124 }
.state { fill: #fff; stroke: #7d8b90 }
.compound { fill: #182124; fill-opacity: 0.035; stroke: #c4cdcc }
.key { font-size: 13px; font-weight: 600 }
.note, .label { font-size: 11px; fill: #526066 }
.label { paint-order: stroke; stroke: #fff; stroke-width: 3px }
.line { fill: none; stroke: #7d8b90; stroke-width: 1.25 }
.head { fill: #7d8b90 }`;

/** A chart that was laid out, as a picture that needs nothing beside itself. */
export function chartSvg(chart: Chart, { states: places, arrows }: Layout): string {
  const states = new Map(chart.states.map((state) => [state.id, state]));
  const width = Math.max(0, ...places.map(({ corner, width: own }) => corner.x + own)) + marginPx;
  const height = Math.max(0, ...places.map(({ corner, height: own }) => corner.y + own)) + marginPx;
  const boxes = places.flatMap(({ id, corner: { x, y }, width: boxWidth, height: boxHeight }) => {
    const state = states.get(id);
    if (!state) return [];
    const kind = state.type === 'compound' || state.type === 'parallel' ? 'compound' : 'state';
    return [
      `<rect class="${kind}" x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" rx="8"/>`,
      text('key', x + 12, y + 20, state.type === 'final' ? `${state.key} (final)` : state.key),
      ...notesOf(state).map((note, at) => text('note', x + 12, y + titlePx + noteLinePx * at + 6, note)),
    ];
  });
  const lines = arrows.flatMap(({ points, labels }) => [
    `<path class="line" d="${roundedPath(points)}"/>`,
    `<path class="head" d="${arrowHead(points)}"/>`,
    ...labels.map((label) => text('label', label.x, label.y + labelLinePx - 4, label.text)),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" width="${Math.ceil(width)}" height="${Math.ceil(height)}">`,
    `<title>${escaped(chart.name)}</title>`,
    `<style>${style}</style>`,
    ...boxes,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

function text(kind: string, x: number, y: number, content: string): string {
  return `<text class="${kind}" x="${x}" y="${y}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
