import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import type { ChartState } from '../../wire/machines.ts';

export interface StateNodeData extends Record<string, unknown> {
  readonly state: ChartState;
  readonly notes: readonly string[];
  readonly isActive: boolean;
  readonly isInnermost: boolean;
}

export const StateNode = memo(function StateNode({ data }: NodeProps<Node<StateNodeData>>) {
  const { state, notes, isActive, isInnermost } = data;
  const kind = `state-node state-${state.type}${state.parent === undefined ? ' state-root' : ''}${isActive ? ' lit' : ''}${isInnermost ? ' innermost' : ''}`;
  return (
    <div className={kind} data-state={state.id} data-active={isActive}>
      <Handle type="target" position={Position.Top} />
      <p className="state-key">
        {isInnermost && <span className="state-here" aria-hidden="true" />}
        {state.key}
        {state.type === 'final' && <span className="state-final"> final</span>}
      </p>
      {notes.map((note) => (
        <p key={note} className="state-note">
          {note}
        </p>
      ))}
      <Handle type="source" position={Position.Bottom} />
    </div>
  );
});
