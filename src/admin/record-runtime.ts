import type { ConfigReplay } from '../../relays/config-replay.ts';
import type { StatusBoard } from '../../relays/plugin-status.ts';
import { createTransitionReader } from '../actor-readings.ts';
import { systemClock } from '../core/clock.ts';
import type { Runtime } from '../options.ts';
import type { RecordLog } from './record-log.ts';

/**
 * Between idle and busy, with every batch of calls: as history they would push out everything else within seconds. Whoever wants to
 * see them asks where the actors are.
 */
const restless: ReadonlySet<string> = new Set([
  'execution.busy',
  'execution.idle',
  'session.busy',
  'session.idle',
]);

/** Keeps what the relays of a runtime tell, from now on. Disposing stops it. */
export function recordRuntime(
  { relays, inspect$ }: Pick<Runtime, 'relays' | 'inspect$'>,
  records: RecordLog,
): Disposable {
  const transitionOf = createTransitionReader();
  const subscriptions = [
    relays.pluginStatus.subscribe((board) => {
      records.keep('status', statusNews(board), { plugin: board.changed?.id });
    }),
    relays.pluginsConfigReplay.subscribe((replay) => records.keep('config', configNews(replay))),
    relays.pluginEvent.subscribe((event) => records.keep('event', event, { plugin: event.plugin })),
    relays.pluginLog.subscribe((line) => {
      records.keep('log', line, { plugin: line.plugin, level: line.level });
    }),
    relays.audit.subscribe((audited) => records.keep('audit', audited, { plugin: audited.plugin })),
    relays.telemetry.subscribe((event) => records.keep('telemetry', event, { plugin: event.plugin })),
    inspect$.subscribe((event) => {
      const transition = transitionOf(event);
      if (!transition || restless.has(transition.event)) return;
      records.keep('transition', { ...transition, time: systemClock.now() }, { plugin: transition.plugin });
    }),
  ];
  return {
    [Symbol.dispose]: () => {
      for (const subscription of subscriptions) subscription.unsubscribe();
    },
  };
}

/** One status and not the whole board: a thousand plugins would bury what changed. */
function statusNews({ phase, plugins, changed, discoveryProblems = [] }: StatusBoard) {
  return {
    phase,
    discoveryProblems,
    ...(changed && { status: changed, isGone: !plugins.has(changed.id) }),
  };
}

/** That there is another config, not what it says: who wants to know asks for it. */
export function configNews(replay: ConfigReplay) {
  const problem = 'problem' in replay ? replay.problem : undefined;
  return {
    phase: replay.phase,
    ...(problem && { problem }),
    ...(replay.phase === 'known' && { fingerprint: replay.document.fingerprint }),
  };
}
