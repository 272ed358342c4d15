import { expect, test } from 'vitest';
import { createRelays } from '../../relays/create-relays.ts';
import type { PluginEvent } from '../../relays/plugin-event.ts';
import { isChannel, parsePluginId } from '../../src/core/ids.ts';

const [channel] = ['discovery'].filter(isChannel);
if (channel === undefined) throw new Error('"discovery" is a channel');
const origin = { plugin: parsePluginId('waves.scanner'), channel, time: 1 };

test('a discovery is an event too, and only a discovery is a discovery', () => {
  const { relays, publishers } = createRelays();
  const events: unknown[] = [];
  const discoveries: unknown[] = [];
  relays.pluginEvent.subscribe((event) => events.push(event));
  relays.pluginDiscovery.subscribe((discovery) => discoveries.push(discovery));
  const discovery: PluginEvent = { ...origin, kind: 'discovery', paths: ['waves/a.vcd'], details: [] };
  const log: PluginEvent = { ...origin, kind: 'log', message: 'looked' };
  publishers.pluginEvent(discovery);
  publishers.pluginEvent(log);
  expect([events, discoveries]).toEqual([[discovery, log], [discovery]]);
});

test('state relays start with an explicit loading value', () => {
  const { relays } = createRelays();
  const seen: unknown[] = [];
  relays.pluginsConfigReplay.subscribe((replay) => seen.push(replay));
  relays.pluginStatus.subscribe((board) => seen.push(board));
  expect(seen).toEqual([{ phase: 'loading' }, { phase: 'loading', plugins: new Map() }]);
});

test('closing completes every relay', () => {
  const { relays, close } = createRelays();
  const completed: string[] = [];
  for (const [name, relay] of Object.entries(relays))
    relay.subscribe({ complete: () => completed.push(name) });
  close();
  expect(completed.sort()).toEqual(Object.keys(relays).sort());
});
