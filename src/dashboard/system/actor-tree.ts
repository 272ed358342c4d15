import type { ActorReport } from '../../wire/machines.ts';

export interface ActorBranch {
  readonly actor: ActorReport;
  readonly children: readonly ActorBranch[];
}

/** Actors below their parents. One whose parent is not listed stands at the top. */
export function actorTree(actors: readonly ActorReport[]): readonly ActorBranch[] {
  const known = new Set(actors.map(({ actor }) => actor));
  const inside = Map.groupBy(actors, ({ parent }) =>
    parent !== undefined && known.has(parent) ? parent : undefined,
  );
  const branch = (actor: ActorReport): ActorBranch => ({
    actor,
    children: (inside.get(actor.actor) ?? []).map(branch),
  });
  return (inside.get(undefined) ?? []).map(branch);
}
