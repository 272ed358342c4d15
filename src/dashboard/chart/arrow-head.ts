import type { Point } from './placed.ts';

const headPx = 7;
/** Half of its angle, radians. */
const openness = 0.45;

/** The head of an arrow along points, as SVG path data. */
export function arrowHead(points: readonly Point[]): string {
  const end = points.at(-1);
  const before = points.at(-2);
  if (!end || !before) return '';
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const corner = (turn: number): string =>
    `${end.x - headPx * Math.cos(angle + turn)} ${end.y - headPx * Math.sin(angle + turn)}`;
  return `M${end.x} ${end.y}L${corner(openness)}L${corner(-openness)}Z`;
}
