import * as filesystem from 'signalbox:plugin/filesystem';
import type { ConfigData, HostEvent, PluginMetadata } from 'signalbox:plugin/lifecycle';
import { log } from 'signalbox:plugin/log';
import { publish } from 'signalbox:plugin/relay';
import type { PluginError } from 'signalbox:plugin/types';
import { subscribe, unsubscribe } from 'signalbox:plugin/watch';
import { type Finding, refusalOf, Scan } from './scan.ts';
import { readSettings, type Settings } from './settings.ts';

const channel = 'discovery';
/** Keeps an event far below the smallest message limit in use, 64 KiB. */
const findingsPerEvent = 100;

let scan: Scan;
let subscription: bigint;
/** Found, and waiting for the host to take more events. */
let unpublished: Finding[] = [];
let isAnnounced = false;

export const lifecycle = {
  init(config: ConfigData): PluginMetadata {
    const settings = readSettings(config);
    // Before the first look, so that no change falls between the two.
    subscription = watch(settings);
    scan = new Scan(filesystem, settings);
    return {
      version: '0.1.0',
      description: 'Finds waveform files and tells them apart by content',
      capabilities: ['discovery'],
    };
  },

  handleEvent(event: HostEvent): void {
    switch (event.tag) {
      case 'tick':
        break;
      case 'filesystem-change':
        if (event.val.overflow) scan.rescan();
        else scan.lookAt(event.val.paths);
        break;
      case 'config-updated':
        reconfigure(readSettings(event.val));
        break;
    }
    if (scan.isDone && unpublished.length === 0) return;
    work();
  },

  shutdown(): void {},
};

/** Paths of all waveform files found so far. */
export function known(): readonly string[] {
  return scan.known;
}

function reconfigure(settings: Settings): void {
  const before = subscription;
  subscription = watch(settings);
  unsubscribe(before);
  isAnnounced = false;
  scan.retarget(settings);
}

function watch({ directories, debounceMs }: Settings): bigint {
  try {
    return subscribe([...directories], debounceMs);
  } catch (error) {
    const { tag, val } = refusalOf(error);
    throw {
      tag: 'invalid-config',
      val: `Cannot watch ${directories.join(', ')}: ${tag} ${JSON.stringify(val ?? null)}`,
    } satisfies PluginError;
  }
}

function work(): void {
  const { found, gone, problems } = scan.step();
  unpublished.push(...found);
  for (const finding of found) warnAbout(finding);
  for (const path of gone) log('info', `${path} is gone`, [field('path', path)]);
  for (const { path, problem } of problems)
    log('warn', `cannot look at ${path}: ${problem}`, [field('path', path)]);
  publishFindings();
  if (scan.isDone && !isAnnounced) {
    isAnnounced = true;
    log('info', `${scan.known.length} waveform files`, [field('files', scan.known.length)]);
  }
}

function warnAbout({ path, details: { kind, claimedKind, reason } }: Finding): void {
  if (kind === 'unknown') log('warn', `cannot recognise ${path}: ${reason}`, [field('path', path)]);
  else if (claimedKind) log('warn', `${path} is named ${claimedKind}, but is ${kind}`, [field('path', path)]);
}

/** As much as the host takes now; the rest goes with the next tick. */
function publishFindings(): void {
  while (unpublished.length > 0) {
    const batch = unpublished.slice(0, findingsPerEvent);
    const paths = batch.map(({ path }) => path);
    try {
      publish(channel, {
        tag: 'discovery',
        val: { paths, details: batch.map(({ details }) => JSON.stringify(details)) },
      });
    } catch (error) {
      const { tag, val } = refusalOf(error);
      if (tag === 'rate-limited') return;
      unpublished = [];
      throw {
        tag: 'failed',
        val: `Cannot publish: ${tag} ${JSON.stringify(val ?? null)}`,
      } satisfies PluginError;
    }
    unpublished = unpublished.slice(batch.length);
  }
}

function field(key: string, value: unknown) {
  return { key, value: JSON.stringify(value) };
}
