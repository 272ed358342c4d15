import { expect, test } from 'vitest';
import { takenArrows } from '../../../src/dashboard/chart/taken.ts';
import { toStatechart } from '../../../src/inspect/statechart.ts';
import { machines } from '../../../src/machines.ts';

const plugin = machines().find(({ name }) => name === 'plugin');
if (!plugin) throw new Error('There is no machine of plugins');
const chart = toStatechart('plugin', plugin.machine);

/** `Ready.idle` as a machine tells it: itself and all around it. */
const place = (path: string): readonly string[] => {
  const keys = path.split('.');
  return ['plugin', ...keys.map((_, at) => ['plugin', ...keys.slice(0, at + 1)].join('.'))];
};

test.each([
  {
    title: 'an event from one state to another is one arrow',
    before: 'Ready.idle',
    event: 'execution.busy',
    after: 'Ready.busy',
    arrows: ['plugin.Ready.idle→plugin.Ready.busy'],
  },
  {
    title: 'an event that a state around takes starts at that one',
    before: 'Ready.busy',
    event: 'execution.failed',
    after: 'Error.backoff',
    arrows: ['plugin.Ready→plugin.Error', 'plugin.Error.deciding→plugin.Error.backoff'],
  },
  {
    title: 'what the machine decides by itself afterwards belongs to it',
    before: 'Loading.initializing',
    event: 'execution.initialized',
    after: 'Ready.idle',
    arrows: ['plugin.Loading.initializing→plugin.Loading.loaded', 'plugin.Loading→plugin.Ready'],
  },
  {
    title: 'a delay is an event',
    before: 'Error.backoff',
    event: 'xstate.after.backoff.plugin.Error.backoff',
    after: 'Loading.verifying',
    arrows: ['plugin.Error.backoff→plugin.Loading'],
  },
  {
    title: 'an event the chart does not know explains nothing',
    before: 'Ready.idle',
    event: 'something.else',
    after: 'Ready.busy',
    arrows: [],
  },
])('$title', ({ before, event, after, arrows }) => {
  expect([...takenArrows(chart, place(before), event, place(after))]).toEqual(arrows);
});
