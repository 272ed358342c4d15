import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { actionName, guardName } from './vocabulary.ts';

/**
 * A machine as a Mermaid `stateDiagram-v2`, the same text for the same machine.
 *
 * Arrows carry `event [guard]`. What Mermaid cannot draw as an arrow stands as text in the state it belongs to: actors it invokes,
 * transitions without a target, and transitions of a state to itself or into its own substates.
 */
export function toMermaid(machine: AnyStateMachine): string {
  return ['stateDiagram-v2', ...composite(machine.root).map((line) => `  ${line}`), ''].join('\n');
}

/** The state itself, its substates indented below it, then what is written beside it. */
function composite(node: AnyStateNode): string[] {
  const children = Object.values(node.states);
  const regions = children.map((child) => [...composite(child), ...arrows(child)]);
  const inside =
    node.type === 'parallel'
      ? regions.flatMap((lines, at) => (at === 0 ? lines : ['--', ...lines]))
      : regions.flat();
  const texts = notes(node);
  if (children.length === 0) {
    return [`state "${label(node.key)}" as ${idOf(node)}`, ...texts.map((text) => `${idOf(node)}: ${text}`)];
  }
  return [
    `state "${label(node.key)}" as ${idOf(node)} {`,
    ...[...initialArrow(node), ...inside].map((line) => `  ${line}`),
    '}',
    ...(texts.length === 0
      ? []
      : [`note right of ${idOf(node)}`, ...texts.map((text) => `  ${text}`), 'end note']),
  ];
}

function initialArrow(node: AnyStateNode): string[] {
  const target = node.type === 'compound' ? node.initial.target[0] : undefined;
  return target ? [`[*] --> ${idOf(target)}`] : [];
}

function arrows(node: AnyStateNode): string[] {
  const drawn = transitionsOf(node).flatMap((transition) =>
    (transition.target ?? [])
      .filter((target: AnyStateNode) => !isWithin(target, node))
      .map((target: AnyStateNode) => `${idOf(node)} --> ${idOf(target)}: ${trigger(node, transition)}`),
  );
  return node.type === 'final' ? [...drawn, `${idOf(node)} --> [*]`] : drawn;
}

function notes(node: AnyStateNode): string[] {
  const invokes = node.invoke.map(({ src }) => label(`invoke ${typeof src === 'string' ? src : 'actor'}`));
  const inner = transitionsOf(node).flatMap((transition) => {
    const targets: readonly AnyStateNode[] = transition.target ?? [];
    if (targets.length > 0) {
      return targets
        .filter((target) => isWithin(target, node))
        .map((target) => `${trigger(node, transition)} → ${label(target === node ? 'itself' : target.key)}`);
    }
    const actions = transition.actions.map(actionName).join(', ');
    return [`${trigger(node, transition)} / ${label(actions === '' ? 'ignored' : actions)}`];
  });
  return [...invokes, ...inner];
}

/** What may leave a state, in the order it is tried. */
export function transitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
}

function isWithin(node: AnyStateNode, ancestor: AnyStateNode): boolean {
  return node === ancestor || (node.parent !== undefined && isWithin(node.parent, ancestor));
}

/** What sets a transition off, for people: `done verify [isGranted]`. */
export function trigger(node: AnyStateNode, transition: AnyTransitionDefinition): string {
  const guard = transition.guard === undefined ? '' : ` [${guardName(transition.guard)}]`;
  return label(`${eventName(node, transition.eventType)}${guard}`);
}

/** XState's own event types in words: `done verify`, `error verify`, `after backoff`, `always`. */
function eventName(node: AnyStateNode, type: string): string {
  if (type === '') return 'always';
  if (type === '*') return 'any other event';
  if (type === 'xstate.error.actor.*') return 'error of a child';
  for (const { id, src } of node.invoke) {
    const actor = typeof src === 'string' ? src : id;
    if (type === `xstate.done.actor.${id}`) return `done ${actor}`;
    if (type === `xstate.error.actor.${id}`) return `error ${actor}`;
    if (type === `xstate.snapshot.${id}`) return `snapshot ${actor}`;
  }
  const delayed = node.after.find(({ eventType }) => eventType === type);
  if (delayed) {
    if (typeof delayed.delay === 'function') return 'after a delay';
    return typeof delayed.delay === 'number' ? `after ${delayed.delay} ms` : `after ${delayed.delay}`;
  }
  if (type.startsWith('xstate.done.state.')) return 'done';
  return type.replace(/^xstate\./, '');
}

/** Mermaid's ids are global; the path of the state makes them unique. */
function idOf(node: AnyStateNode): string {
  return [node.machine.root.key, ...node.path].join('_').replaceAll(/[^A-Za-z0-9_]/g, '_');
}

/** Mermaid ends a label at a colon, a semicolon or a line. */
function label(text: string): string {
  return text
    .replaceAll(/[:;\s]+/g, ' ')
    .replaceAll('"', "'")
    .trim();
}
