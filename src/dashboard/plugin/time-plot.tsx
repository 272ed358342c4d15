import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import { clockText } from '../parts/times.ts';
import type { Plot } from './usage-rates.ts';

interface TimePlotProps {
  /** Seconds since 1970-01-01 UTC. */
  readonly times: readonly number[];
  readonly plot: Plot;
  readonly valueText: (value: number) => string;
  /** Steps between the lines of the grid, when tens are not round: bytes. */
  readonly steps?: readonly number[];
}

const heightPx = 180;
const axisPx = 64;
const timeAxisPx = 28;

/** Lines over time; the figures at its end stand in its heading, for those who do not see lines. */
export function TimePlot({ times, plot, valueText, steps }: TimePlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<UPlot>(undefined);
  const data: UPlot.AlignedData = [[...times], ...plot.lines.map(({ values }) => [...values])];
  const latest = useRef(data);
  latest.current = data;
  const hasGaps = plot.lines.some(({ values }) => values.includes(null));
  const labels = plot.lines.map(({ label }) => label).join(' ');

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const begin = (): void => {
      drawn.current?.destroy();
      drawn.current = new UPlot(
        {
          width: element.clientWidth,
          height: heightPx,
          legend: { show: false },
          cursor: { y: false, drag: { x: false, y: false } },
          scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] } },
          axes: [
            {
              stroke: () => colour('--ink-muted'),
              values: (_, ticks) => ticks.map((time) => clockText(time * 1_000)),
              space: 90,
              size: timeAxisPx,
              grid: { stroke: () => colour('--line'), width: 1 },
              ticks: { show: false },
            },
            {
              size: axisPx,
              stroke: () => colour('--ink-muted'),
              grid: { stroke: () => colour('--line'), width: 1 },
              ticks: { show: false },
              values: (_, ticks) => ticks.map(valueText),
              ...(steps && { incrs: [...steps] }),
            },
          ],
          series: [
            {},
            ...labels.split(' ').map((label, at) => ({
              label,
              width: 1.5,
              stroke: () => colour(at === 0 ? '--accent' : '--warn'),
              ...(at === 0 ? { fill: () => colour('--accent-wash') } : { dash: [4, 3] }),
              // A measure between two gaps is a point and no line.
              points: { show: hasGaps, size: 3, filter: lonely },
            })),
          ],
        },
        latest.current,
        element,
      );
    };
    begin();
    const resizing = new ResizeObserver(() =>
      drawn.current?.setSize({ width: element.clientWidth, height: heightPx }),
    );
    resizing.observe(element);
    // Colours are read when it is drawn.
    const themes = new MutationObserver(() => drawn.current?.redraw());
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      themes.disconnect();
      resizing.disconnect();
      drawn.current?.destroy();
      drawn.current = undefined;
    };
  }, [labels, valueText, steps, hasGaps]);
  useEffect(() => drawn.current?.setData(data));

  return (
    <figure className="plot">
      <figcaption>
        <h2>{plot.title}</h2>
        {plot.lines.map(({ label, values }, at) => (
          <span key={label} className={`plot-key plot-key-${at}`}>
            {label}{' '}
            <strong>
              {textOf(
                values.findLast((value) => value !== null),
                valueText,
              )}
            </strong>
          </span>
        ))}
      </figcaption>
      <div ref={place} className="plot-place" aria-hidden="true" />
    </figure>
  );
}

function textOf(value: number | null | undefined, valueText: (value: number) => string): string {
  return value === null || value === undefined ? 'none yet' : valueText(value);
}

/** The places of values that have none before and none after them. */
function lonely({ data }: UPlot, series: number): number[] {
  const values = data[series] ?? [];
  const isValue = (at: number): boolean => values[at] !== null && values[at] !== undefined;
  return [...values.keys()].filter((at) => isValue(at) && !isValue(at - 1) && !isValue(at + 1));
}

/** A canvas does not resolve `light-dark()`; an element that has the colour does. */
function colour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
