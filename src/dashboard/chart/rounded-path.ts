import type { Point } from './placed.ts';

const radius = 6;

/** A line through points as SVG path data, its corners rounded. */
export function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const parts = [`M${first.x} ${first.y}`];
  rest.forEach((corner, at) => {
    const from = points[at] ?? corner;
    const to = rest[at + 1];
    if (!to) {
      parts.push(`L${corner.x} ${corner.y}`);
      return;
    }
    const before = towards(corner, from);
    const after = towards(corner, to);
    parts.push(`L${before.x} ${before.y}Q${corner.x} ${corner.y} ${after.x} ${after.y}`);
  });
  return parts.join('');
}

/** A point near a corner on the way to another; half way at most, so that two corners never overlap. */
function towards(corner: Point, other: Point): Point {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y);
  const share = length === 0 ? 0 : Math.min(radius, length / 2) / length;
  return { x: corner.x + (other.x - corner.x) * share, y: corner.y + (other.y - corner.y) * share };
}
