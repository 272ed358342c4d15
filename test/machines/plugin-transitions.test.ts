import { describe, expect, test } from 'vitest';
import { type StateValue, transition } from 'xstate';
import { createPluginMachine } from '../../actors/plugin.ts';
import { initialContext, type PluginContext, withArtifact } from '../../actors/plugin-context.ts';
import type { PluginMachineEvent } from '../../actors/plugin-events.ts';
import { assignmentsOf } from '../../actors/reconcile.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import { fingerprint } from '../../src/core/fingerprint.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';
import { unusedPorts } from '../support/unused-ports.ts';

const assignmentOf = (...[id, draft]: Parameters<typeof entryOf>) => {
  const [assignment] = assignmentsOf(documentOf([entryOf(id, draft)]));
  if (!assignment) throw new Error('One entry gives one assignment');
  return assignment;
};

const machine = createPluginMachine(unusedPorts());
/** The same table with nothing done on the way: what is looked at here is where each event leads. */
const table = machine.provide({
  actions: Object.fromEntries(Object.keys(machine.implementations.actions).map((name) => [name, () => {}])),
});

const off = assignmentOf('a', { enabled: false });
const on = assignmentOf('a');
const configured = assignmentOf('a', { config: { x: 1 } });
const error = new SignalboxError('GUEST_TRAPPED', 'unreachable').toRecord();
const start = initialContext({ assignment: on }, 0);
const artifact = {
  manifest: { id: 'a', version: '1.0.0', kind: 'script', entry: 'main.ts' },
  isDeclared: true,
  digest: fingerprint('a'),
  code: { kind: 'script', name: 'main.ts', source: '', imports: [] },
  watchPaths: [],
} as const;
const standing = { now: 0, leaseUse: new Map(), waiting: [] };
const { candidate } = withArtifact(start, { artifact, standing });
if (candidate?.resolution.outcome !== 'resolved') throw new Error('The artifact suits its entry');
const { plan } = candidate.resolution;
const exports = ['lifecycle.handle-event'];

const loading: PluginContext = {
  ...start,
  candidate: { ...candidate, generation: 2, exports: [], cell: 'x', tier: 'fake' },
};
const ready: PluginContext = { ...start, serving: { plan, generation: 1, exports, cell: 'x', tier: 'fake' } };
const wanting = { ...artifact, isDeclared: false };
const one = assignmentOf('a', { permissions: ['log'] });
const more = assignmentOf('a', { permissions: ['log', 'random'] });
const opening = withArtifact({ ...start, assignment: one }, { artifact: wanting, standing });
if (opening.candidate?.resolution.outcome !== 'resolved') throw new Error('The artifact suits its entry');
const granted: PluginContext = {
  ...start,
  assignment: one,
  serving: { plan: opening.candidate.resolution.plan, generation: 1, exports, cell: 'x', tier: 'fake' },
};
const deaf: PluginContext = {
  ...start,
  serving: { plan, generation: 1, exports: [], cell: 'x', tier: 'fake' },
};
const reloading: PluginContext = { ...loading, ...ready, candidate: loading.candidate };
const degraded: PluginContext = { ...ready, degraded: { error, by: 'reload' } };
const strict: PluginContext = { ...reloading, assignment: assignmentOf('a', { onReloadFailure: 'stop' }) };
const restart: PluginContext = { ...start, verdict: { decision: 'restart', delayMs: 100, failures: [] } };
const unmet: PluginContext = { ...start, error: { ...error, code: 'DEPENDENCY_MISSING' } };

const load = (step: string) => ({ Loading: step });
const reload = (step: string) => ({ Ready: { reloading: step } });

const rows: readonly (readonly [StateValue, PluginContext, PluginMachineEvent, StateValue])[] = [
  [{ Disabled: 'off' }, start, { type: 'plugin.enable', assignment: on }, load('verifying')],
  [{ Disabled: 'off' }, { ...start, assignment: off }, { type: 'plugin.reload' }, { Disabled: 'off' }],
  [{ Disabled: 'off' }, { ...start, assignment: off }, { type: 'plugin.retry' }, { Disabled: 'off' }],
  [
    { Disabled: 'off' },
    { ...start, assignment: off },
    { type: 'plugin.replace', assignment: off },
    { Disabled: 'off' },
  ],

  [load('verifying'), start, { type: 'artifact.changed' }, load('verifying')],
  [load('resolving'), loading, { type: 'plugin.dependencies' }, load('preparing')],
  [load('resolving'), loading, { type: 'plugin.dependencies', error }, { Error: 'quarantined' }],
  [load('preparing'), loading, { type: 'plugin.dependencies' }, load('preparing')],
  [load('preparing'), loading, { type: 'plugin.dependencies', error }, { Error: 'quarantined' }],
  [
    load('instantiating'),
    loading,
    { type: 'execution.instantiated', generation: 2, exports: [], cell: 'x', tier: 'fake' },
    load('initializing'),
  ],
  [
    load('instantiating'),
    loading,
    { type: 'execution.instantiated', generation: 1, exports: [], cell: 'x', tier: 'fake' },
    load('instantiating'),
  ],
  [load('initializing'), loading, { type: 'execution.initialized', generation: 2 }, { Ready: 'idle' }],
  [
    load('initializing'),
    loading,
    { type: 'execution.failed', generation: 2, error },
    { Error: 'quarantined' },
  ],
  [load('initializing'), loading, { type: 'plugin.replace', assignment: on }, load('verifying')],
  [
    load('initializing'),
    { ...loading, assignment: off },
    { type: 'plugin.disable', assignment: off, message: '' },
    { Disabled: 'off' },
  ],

  [{ Ready: 'idle' }, ready, { type: 'execution.busy', generation: 1 }, { Ready: 'busy' }],
  [{ Ready: 'busy' }, ready, { type: 'execution.idle', generation: 1 }, { Ready: 'idle' }],
  [{ Ready: 'busy' }, ready, { type: 'execution.failed', generation: 1, error }, { Error: 'quarantined' }],
  [{ Ready: 'busy' }, ready, { type: 'execution.failed', generation: 7, error }, { Ready: 'busy' }],
  [{ Ready: 'idle' }, ready, { type: 'artifact.changed' }, reload('verifying')],
  [{ Ready: 'idle' }, ready, { type: 'plugin.replace', assignment: on }, reload('verifying')],
  [{ Ready: 'idle' }, granted, { type: 'plugin.replace', assignment: more }, reload('verifying')],
  [{ Ready: 'busy' }, granted, { type: 'plugin.replace', assignment: on }, load('verifying')],
  [reload('pausing'), granted, { type: 'plugin.replace', assignment: on }, load('verifying')],
  [{ Ready: 'idle' }, ready, { type: 'plugin.configure', assignment: configured }, { Ready: 'idle' }],
  [{ Ready: 'idle' }, deaf, { type: 'plugin.configure', assignment: configured }, reload('verifying')],
  [{ Ready: 'idle' }, degraded, { type: 'plugin.configure', assignment: configured }, reload('verifying')],
  [{ Ready: 'idle' }, ready, { type: 'plugin.retry' }, { Ready: 'idle' }],
  [{ Ready: 'idle' }, degraded, { type: 'plugin.retry' }, reload('verifying')],
  [{ Ready: 'idle' }, ready, { type: 'plugin.dependencies', error }, { Error: 'quarantined' }],
  [reload('initializing'), reloading, { type: 'execution.initialized', generation: 2 }, reload('pausing')],
  [reload('initializing'), reloading, { type: 'execution.failed', generation: 2, error }, { Ready: 'idle' }],
  [
    reload('initializing'),
    strict,
    { type: 'execution.failed', generation: 2, error },
    { Error: 'quarantined' },
  ],
  [
    reload('initializing'),
    reloading,
    { type: 'execution.failed', generation: 1, error },
    { Error: 'quarantined' },
  ],
  [reload('initializing'), reloading, { type: 'artifact.changed' }, reload('verifying')],
  [reload('resolving'), reloading, { type: 'plugin.dependencies', error }, { Ready: 'idle' }],
  [reload('pausing'), reloading, { type: 'execution.paused', generation: 1 }, { Ready: 'idle' }],
  [
    reload('pausing'),
    reloading,
    { type: 'execution.paused', generation: 1, snapshot: new Uint8Array() },
    reload('restoring'),
  ],
  [reload('pausing'), reloading, { type: 'execution.paused', generation: 1, error }, { Ready: 'idle' }],
  [reload('pausing'), strict, { type: 'execution.paused', generation: 1, error }, { Error: 'quarantined' }],
  [reload('pausing'), reloading, { type: 'execution.failed', generation: 1, error }, { Ready: 'idle' }],
  [reload('pausing'), strict, { type: 'execution.failed', generation: 1, error }, { Error: 'quarantined' }],
  [reload('restoring'), reloading, { type: 'execution.restored', generation: 2 }, { Ready: 'idle' }],
  [reload('restoring'), reloading, { type: 'execution.failed', generation: 2, error }, { Ready: 'idle' }],

  [{ Error: 'backoff' }, restart, { type: 'plugin.retry' }, load('verifying')],
  [{ Error: 'backoff' }, restart, { type: 'plugin.dependencies' }, { Error: 'backoff' }],
  [{ Error: 'quarantined' }, start, { type: 'plugin.retry' }, load('verifying')],
  [{ Error: 'quarantined' }, start, { type: 'plugin.reload' }, load('verifying')],
  [{ Error: 'quarantined' }, start, { type: 'artifact.changed' }, load('verifying')],
  [{ Error: 'quarantined' }, start, { type: 'plugin.configure', assignment: on }, load('verifying')],
  [{ Error: 'quarantined' }, start, { type: 'plugin.dependencies' }, { Error: 'quarantined' }],
  [{ Error: 'quarantined' }, unmet, { type: 'plugin.dependencies' }, load('verifying')],
  [{ Error: 'pendingApproval' }, start, { type: 'plugin.replace', assignment: on }, load('verifying')],
  [
    { Error: 'quarantined' },
    { ...start, assignment: off },
    { type: 'plugin.disable', assignment: off, message: '' },
    { Disabled: 'off' },
  ],
];

describe('the plugin machine', () => {
  test.each(rows.map(([from, context, event, to]) => ({ from, context, event, to })))(
    'in $from on $event.type goes to $to',
    ({ from, context, event, to }) => {
      const [next] = transition(table, table.resolveState({ value: from, context }), event);
      expect(next.value).toEqual(to);
    },
  );
});
