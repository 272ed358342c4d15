import type { AnyStateMachine } from 'xstate';
import { createConfigMachine } from '../actors/config.ts';
import { Counters } from '../actors/counters.ts';
import { createDiscoveryMachine } from '../actors/discovery.ts';
import { createExecutionMachine } from '../actors/execution.ts';
import { Mailboxes } from '../actors/mailboxes.ts';
import { createManagerMachine } from '../actors/manager.ts';
import { OpenedArtifacts } from '../actors/opened-artifacts.ts';
import { createPluginMachine } from '../actors/plugin.ts';
import type { ActorPorts } from '../actors/ports.ts';
import { systemClock } from './core/clock.ts';
import { SignalboxError } from './core/errors.ts';

export interface NamedMachine {
  readonly name: 'manager' | 'plugin' | 'execution' | 'config' | 'discovery';
  readonly machine: AnyStateMachine;
}

/** The machines of the runtime, to be drawn and inspected; they reach nothing and are not meant to be started. */
export function machines(): readonly NamedMachine[] {
  return [
    { name: 'manager', machine: createManagerMachine(unreachable) },
    { name: 'plugin', machine: createPluginMachine(unreachable) },
    { name: 'execution', machine: createExecutionMachine(unreachable) },
    { name: 'config', machine: createConfigMachine(unreachable) },
    { name: 'discovery', machine: createDiscoveryMachine(unreachable) },
  ];
}

const refuse = (): never => {
  throw new SignalboxError('INTERNAL', 'A machine that is only drawn was started');
};
const counters = new Counters(refuse, systemClock);
const unreachable: ActorPorts = {
  configFile: { file: '', read: refuse, edit: refuse, watch: refuse },
  artifacts: { open: refuse },
  sandbox: { prepare: refuse, instantiate: refuse, [Symbol.asyncDispose]: refuse },
  capabilities: { offered: [], wire: refuse },
  fileWatcher: { watch: refuse, [Symbol.asyncDispose]: refuse },
  pluginFolders: { find: refuse },
  grantMemory: { recall: refuse, approve: refuse, useOf: refuse, spend: refuse, problem: undefined },
  publishers: {
    pluginsConfigReplay: refuse,
    pluginStatus: refuse,
    pluginEvent: refuse,
    pluginLog: refuse,
    audit: refuse,
    telemetry: refuse,
  },
  clock: systemClock,
  random: refuse,
  artifactDebounceMs: 0,
  counters,
  mailboxes: new Mailboxes(counters),
  opened: new OpenedArtifacts(),
};
