import type { Layout, PlacedState } from './placed.ts';

/** The outermost state around a place that is seen whole in a view of that size: where one is says more with its surroundings. */
export function frameOf(
  layout: Layout,
  place: PlacedState,
  view: { readonly width: number; readonly height: number },
): PlacedState {
  const parent = layout.states.find(({ id }) => id === place.parent);
  if (!parent || parent.width > view.width || parent.height > view.height) return place;
  return frameOf(layout, parent, view);
}
