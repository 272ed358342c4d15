import { describe, expect, test } from 'vitest';
import type { Assignment } from '../../actors/load-plan.ts';
import { assignmentsOf, type Reconciliation, reconcile } from '../../actors/reconcile.ts';
import type { PluginEntry, RuntimeSettings } from '../../src/config/document.ts';
import type { PluginId } from '../../src/core/ids.ts';
import { profilePolicy } from '../../src/permissions/profiles.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';

const running = (...entries: PluginEntry[]): ReadonlyMap<PluginId, Assignment> =>
  new Map(assignmentsOf(documentOf(entries)).map((assignment) => [assignment.entry.id, assignment]));

/** Only the ids, and only the lists that are not empty. */
function idsOf(plan: Reconciliation): Record<string, readonly string[]> {
  const lists = Object.entries(plan).map(([name, list]): [string, readonly string[]] => [
    name,
    list.map((each: Assignment | PluginId) => (typeof each === 'string' ? each : each.entry.id)),
  ]);
  return Object.fromEntries(lists.filter(([, ids]) => ids.length > 0));
}

describe('reconciling', () => {
  const strict = { policy: profilePolicy('strict') };
  const off = { enabled: false };
  const table: readonly {
    readonly change: string;
    readonly before: readonly PluginEntry[];
    readonly after: readonly PluginEntry[];
    readonly settings?: Partial<RuntimeSettings>;
    readonly plan: Record<string, readonly string[]>;
  }[] = [
    { change: 'nothing', before: [entryOf('a')], after: [entryOf('a')], plan: { unchanged: ['a'] } },
    {
      change: 'a new entry',
      before: [],
      after: [entryOf('a'), entryOf('b', off)],
      plan: { start: ['a', 'b'] },
    },
    { change: 'a removed entry', before: [entryOf('a')], after: [], plan: { remove: ['a'] } },
    { change: 'enabled', before: [entryOf('a', off)], after: [entryOf('a')], plan: { enable: ['a'] } },
    { change: 'disabled', before: [entryOf('a')], after: [entryOf('a', off)], plan: { disable: ['a'] } },
    {
      change: 'config alone',
      before: [entryOf('a')],
      after: [entryOf('a', { config: { x: 1 } })],
      plan: { configure: ['a'] },
    },
    {
      change: 'a permission',
      before: [entryOf('a'), entryOf('b')],
      after: [entryOf('a', { permissions: ['log'] }), entryOf('b')],
      plan: { replace: ['a'], unchanged: ['b'] },
    },
    {
      change: 'config and a permission',
      before: [entryOf('a')],
      after: [entryOf('a', { permissions: ['log'], config: { x: 1 } })],
      plan: { replace: ['a'] },
    },
    {
      change: 'the policy',
      before: [entryOf('a'), entryOf('b', off)],
      after: [entryOf('a', strict), entryOf('b', { ...off, ...strict })],
      plan: { replace: ['a', 'b'] },
    },
    {
      change: 'safe mode',
      before: [entryOf('a'), entryOf('b', off)],
      after: [entryOf('a'), entryOf('b', off)],
      settings: { safeMode: true },
      plan: { disable: ['a'], unchanged: ['b'] },
    },
    {
      change: 'the order',
      before: [entryOf('a'), entryOf('b')],
      after: [entryOf('b'), entryOf('a')],
      plan: { unchanged: ['b', 'a'] },
    },
  ];

  test.each(table)('$change', ({ before, after, settings, plan }) => {
    expect(idsOf(reconcile(running(...before), new Set(), documentOf(after, settings)))).toEqual(plan);
  });

  test('brings back one that is on its way out', () => {
    const plan = reconcile(running(entryOf('a')), new Set([entryOf('a').id]), documentOf([entryOf('a')]));
    expect(idsOf(plan)).toEqual({ enable: ['a'] });
  });

  test('does not remove twice', () => {
    expect(idsOf(reconcile(running(entryOf('a')), new Set([entryOf('a').id]), documentOf([])))).toEqual({});
  });
});
