import { expect, test } from 'vitest';
import { type ActorBranch, actorTree } from '../../../src/dashboard/system/actor-tree.ts';

const actor = (name: string, parent?: string) => ({
  ...{ actor: name, id: name, machine: 'm', states: [], status: 'active' as const },
  ...(parent !== undefined && { parent }),
});
const outline = ({ actor: { id }, children }: ActorBranch): unknown => [id, ...children.map(outline)];

test('actors stand below their parents, and one whose parent is unknown at the top', () => {
  const tree = actorTree([
    actor('manager'),
    actor('a', 'manager'),
    actor('a1', 'a'),
    actor('b', 'manager'),
    actor('z', 'gone'),
  ]);
  expect(tree.map(outline)).toEqual([['manager', ['a', ['a1']], ['b']], ['z']]);
});
