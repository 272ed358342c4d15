import type { ConfigData, HostEvent, PluginMetadata } from 'signalbox:plugin/lifecycle';
import { log } from 'signalbox:plugin/log';
import { publish } from 'signalbox:plugin/relay';
import type { PluginError } from 'signalbox:plugin/types';
import { subscribe, unsubscribe } from 'signalbox:plugin/watch';
import { type Batch, dueReason, emptyBatch, fromBytes, toBytes, withChanges, withTick } from './batch.ts';
import { readSettings, type Settings } from './settings.ts';

const channel = 'timeline';
/** The host's shortest: waiting is what this plugin does itself. */
const debounceMs = 50;

let settings: Settings;
let subscription: bigint;
let pending: Batch = emptyBatch;

export const lifecycle = {
  init(config: ConfigData): PluginMetadata {
    settings = readSettings(config);
    subscription = watch(settings);
    return {
      version: '0.1.0',
      description: 'Asks the application to refresh its timeline after a burst of changes',
      capabilities: ['refresh-timeline'],
    };
  },

  handleEvent(event: HostEvent): void {
    switch (event.tag) {
      case 'tick':
        pending = withTick(pending);
        break;
      case 'filesystem-change':
        pending = withChanges(pending, event.val.paths, event.val.overflow);
        break;
      case 'config-updated':
        reconfigure(readSettings(event.val));
        break;
    }
    refreshWhenDue();
  },

  // What is pending is not told here: a hot reload takes it along, and at the end nobody looks at the timeline.
  shutdown(): void {},
};

/** Carries what is pending over a hot reload. */
export const state = {
  snapshot: (): Uint8Array => toBytes(pending),

  restore(snapshot: Uint8Array): void {
    try {
      const { changes, paths, isOverflowing, ticks } = fromBytes(snapshot);
      // Changes that came since `init` are kept too.
      const merged = withChanges(pending, paths, isOverflowing);
      pending = { ...merged, changes: pending.changes + changes, ticks: Math.max(pending.ticks, ticks) };
    } catch (error) {
      throw { tag: 'failed', val: `Cannot restore: ${String(error)}` } satisfies PluginError;
    }
  },
};

function refreshWhenDue(): void {
  const reason = dueReason(pending, settings);
  if (reason === undefined) return;
  try {
    publish(channel, { tag: 'refresh-timeline', val: { reason, paths: [...pending.paths] } });
  } catch (error) {
    // Still pending, so the next tick tries again.
    if (tagOf(error) === 'rate-limited') return;
    pending = emptyBatch;
    throw { tag: 'failed', val: `Cannot ask for a refresh: ${String(error)}` } satisfies PluginError;
  }
  log('debug', `asked for a refresh: ${reason}`, []);
  pending = emptyBatch;
}

function reconfigure(changed: Settings): void {
  const before = subscription;
  subscription = watch(changed);
  unsubscribe(before);
  settings = changed;
}

function watch({ directories }: Settings): bigint {
  try {
    return subscribe([...directories], debounceMs);
  } catch (error) {
    if (tagOf(error) === undefined) throw error;
    const val = `Cannot watch ${directories.join(', ')}: ${String(error)}`;
    throw { tag: 'invalid-config', val } satisfies PluginError;
  }
}

/** What the host answered, when it was the host that threw. */
function tagOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'tag' in error ? error.tag : undefined;
}
