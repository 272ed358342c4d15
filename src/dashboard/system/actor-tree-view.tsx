import { memo } from 'react';
import type { ActorReport } from '../../wire/machines.ts';
import { placeText } from '../plugin/history.ts';
import { addressOf } from '../routing.ts';
import { type ActorBranch, actorTree } from './actor-tree.ts';

export function ActorTreeView({ actors }: { readonly actors: readonly ActorReport[] }) {
  return (
    <ul className="tree">
      {actorTree(actors).map((branch) => (
        <Branch key={branch.actor.actor} branch={branch} />
      ))}
    </ul>
  );
}

const Branch = memo(function Branch({ branch }: { readonly branch: ActorBranch }) {
  const { actor, children } = branch;
  return (
    <li>
      <p className={`tree-actor tree-${actor.status}`}>
        <span className="tree-id">
          {actor.machine === 'plugin' && actor.plugin !== undefined ? (
            <a href={addressOf({ page: 'plugin', id: actor.plugin, tab: 'machine' })}>{actor.id}</a>
          ) : // The manager is nobody's child, and has no name but its number.
          actor.parent === undefined ? (
            actor.machine
          ) : (
            actor.id
          )}
        </span>
        <span className="muted">{actor.machine}</span>
        <span className="tree-place">
          {actor.status === 'active' ? placeText(actor.states) : actor.status}
        </span>
      </p>
      {children.length > 0 && (
        <ul>
          {children.map((child) => (
            <Branch key={child.actor.actor} branch={child} />
          ))}
        </ul>
      )}
    </li>
  );
});
