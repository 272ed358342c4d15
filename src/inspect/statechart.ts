import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { transitionsOf, trigger } from './mermaid.ts';
import { actionName, guardName } from './vocabulary.ts';

/** A machine as plain data: its states in a list, each with the id that snapshots name it by. */
export interface Statechart {
  readonly name: string;
  readonly states: readonly ChartState[];
}

export interface ChartState {
  readonly id: string;
  /** Its name in its parent. */
  readonly key: string;
  readonly parent?: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** The state inside it that is entered first. */
  readonly initial?: string;
  /** The actors that work while it is active. */
  readonly invokes: readonly string[];
  readonly transitions: readonly ChartTransition[];
}

export interface ChartTransition {
  /** As snapshots and inspection events name it. */
  readonly event: string;
  /** The same for people, with its guard: `done verify [isGranted]`. */
  readonly label: string;
  readonly guard?: string;
  /** Empty when the state stays. */
  readonly targets: readonly string[];
  readonly actions: readonly string[];
}

/** The same data for the same machine, parents before what is inside them. */
export function toStatechart(name: string, machine: AnyStateMachine): Statechart {
  return { name, states: statesFrom(machine.root) };
}

function statesFrom(node: AnyStateNode): readonly ChartState[] {
  const initial = node.type === 'compound' ? node.initial.target[0]?.id : undefined;
  return [
    {
      id: node.id,
      key: node.key,
      ...(node.parent && { parent: node.parent.id }),
      type: node.type,
      ...(initial !== undefined && { initial }),
      invokes: node.invoke.map(({ id, src }) => (typeof src === 'string' ? src : id)),
      transitions: transitionsOf(node).map((transition) => ({
        event: transition.eventType,
        label: trigger(node, transition),
        ...(transition.guard !== undefined && { guard: guardName(transition.guard) }),
        targets: (transition.target ?? []).map((target: AnyStateNode) => target.id),
        actions: transition.actions.map(actionName),
      })),
    },
    ...Object.values(node.states).flatMap(statesFrom),
  ];
}
