import { describe, expect, test } from 'vitest';
import { type AnyActorLogic, type AnyStateMachine, type AnyStateNode, StateMachine } from 'xstate';
import { machines } from '../../src/machines.ts';
import { readModules } from './source-modules.ts';

const all = machines();

describe.each(all)('the machine $name', ({ machine }) => {
  const nodes = nodesBelow(machine.root);

  test('has no key that XState would ignore', () => {
    const strays = nodes.flatMap((node) => [
      ...strayKeys(node, node.config, node === machine.root ? [...nodeKeys, ...rootKeys] : nodeKeys),
      ...listOf(node.config.invoke).flatMap((invoke) => [
        ...strayKeys(node, invoke, invokeKeys),
        ...transitionsIn(invoke).flatMap((transition) => strayKeys(node, transition, transitionKeys)),
      ]),
      ...[node.config.on, node.config.after].flatMap((table) =>
        Object.values(table ?? {})
          .flatMap(listOf)
          .flatMap((transition) => strayKeys(node, transition, transitionKeys)),
      ),
      ...[node.config.always, node.config.onDone]
        .flatMap(listOf)
        .flatMap((transition) => strayKeys(node, transition, transitionKeys)),
    ]);
    expect(strays).toEqual([]);
  });

  test('hears when what it invokes fails', () => {
    const unheard = nodes.flatMap((node) =>
      node.invoke.filter(({ onError }) => onError === undefined).map(({ src }) => `${node.id}: ${src}`),
    );
    expect(unheard).toEqual([]);
  });

  test('hears when a promise it invokes is kept, and does not wait for ever', () => {
    const waits = nodes.flatMap((node) =>
      node.invoke
        .filter(({ src }) => isPromiseLogic(logicOf(machine, src)))
        .map(({ src, onDone }) => ({
          at: `${node.id}: ${src}`,
          isHeard: onDone !== undefined,
          ends: hasDeadline(node),
        })),
    );
    expect(waits.filter(({ isHeard, ends }) => !(isHeard && ends))).toEqual([]);
  });

  test('names its states PascalCase at the top and camelCase within', () => {
    const odd = nodes.filter(({ path, key }) => {
      if (path.length === 0) return false;
      return !(path.length === 1 ? /^[A-Z][A-Za-z]*$/ : /^[a-z][A-Za-z]*$/).test(key);
    });
    expect(odd.map(({ id }) => id)).toEqual([]);
  });

  test('names its events with a subject', () => {
    const odd = machine.events.filter((type) => type !== '*' && !/^[a-z]+(\.[a-z-]+)+$|^xstate\./.test(type));
    expect(odd).toEqual([]);
  });

  test('enters no state it cannot leave, final ones excepted', () => {
    const traps = nodes.filter(
      (node) =>
        node.type === 'atomic' &&
        [node, ...ancestorsOf(node)].every(
          ({ transitions, always }) => transitions.size === 0 && !always?.length,
        ),
    );
    expect(traps.map(({ id }) => id)).toEqual([]);
  });
});

test('a plugin is Disabled, Loading, Ready or in Error', () => {
  expect(Object.keys(named('plugin').root.states)).toEqual(['Disabled', 'Loading', 'Ready', 'Error']);
});

test.each(['manager', 'plugin'])('the error of a child does not become one of the %s', (name) => {
  expect([...named(name).root.transitions.keys()]).toContain('xstate.error.actor.*');
});

test('every machine declares its vocabulary with setup()', async () => {
  const bare = (await readModules('actors')).filter(({ text }) =>
    /import[^;]*\b(createMachine|Machine)\b[^;]*from 'xstate'/.test(text),
  );
  expect(bare.map(({ path }) => path)).toEqual([]);
});

const transitionKeys = ['target', 'guard', 'actions', 'reenter', 'description', 'meta'];
const invokeKeys = ['id', 'systemId', 'src', 'input', 'onDone', 'onError', 'onSnapshot'];
const nodeKeys = [
  ...[
    'id',
    'type',
    'initial',
    'states',
    'history',
    'target',
    'entry',
    'exit',
    'invoke',
    'on',
    'after',
    'always',
  ],
  ...['onDone', 'output', 'tags', 'meta', 'description'],
];
/** `schemas` is what `setup()` leaves there. */
const rootKeys = ['context', 'schemas', 'version'];

function named(name: string): AnyStateMachine {
  const found = all.find((candidate) => candidate.name === name);
  if (!found)
    throw new Error(`No machine is called "${name}"; there are ${all.map((one) => one.name).join(', ')}`);
  return found.machine;
}

function nodesBelow(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesBelow)];
}

function ancestorsOf(node: AnyStateNode): readonly AnyStateNode[] {
  return node.parent ? [node.parent, ...ancestorsOf(node.parent)] : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function transitionsIn(invoke: unknown): readonly unknown[] {
  const { onDone, onError, onSnapshot } = invoke as Record<string, unknown>;
  return [onDone, onError, onSnapshot].flatMap(listOf);
}

function strayKeys(node: AnyStateNode, config: unknown, allowed: readonly string[]): readonly string[] {
  if (typeof config !== 'object' || config === null) return [];
  return Object.keys(config)
    .filter((key) => !allowed.includes(key))
    .map((key) => `${node.id}: ${key}`);
}

function hasDeadline(node: AnyStateNode): boolean {
  return [node, ...ancestorsOf(node)].some(({ after }) => after.length > 0);
}

function logicOf(machine: AnyStateMachine, src: unknown): AnyActorLogic {
  return (typeof src === 'string' ? machine.implementations.actors[src] : src) as AnyActorLogic;
}

/**
 * `fromPromise` and `fromCallback` give objects of one shape. Told of a kept promise, the first ends; the second looks for
 * the actor it belongs to, and here there is none.
 */
function isPromiseLogic(logic: AnyActorLogic): boolean {
  if (logic instanceof StateMachine) return false;
  const active = { status: 'active', input: undefined, output: undefined, error: undefined };
  try {
    return (
      logic.transition(active, { type: 'xstate.promise.resolve', data: 1 }, {} as never).status === 'done'
    );
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
