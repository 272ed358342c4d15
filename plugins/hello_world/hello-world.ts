import type { ConfigData, HostEvent, PluginMetadata } from 'signalbox:plugin/lifecycle';
import { log } from 'signalbox:plugin/log';
import type { PluginError } from 'signalbox:plugin/types';

const defaultGreeting = 'Hello';
let greeting = defaultGreeting;

export const lifecycle = {
  init(config: ConfigData): PluginMetadata {
    greeting = readGreeting(config);
    log('info', `ready to say ${JSON.stringify(greeting)}`, []);
    return { version: '0.1.0', description: 'Greets whoever the host names', capabilities: [] };
  },

  handleEvent(event: HostEvent): void {
    if (event.tag !== 'config-updated') return;
    greeting = readGreeting(event.val);
    log('info', `from now on it is ${JSON.stringify(greeting)}`, []);
  },

  shutdown(): void {},
};

export function greet(name: string): string {
  return `${greeting}, ${name}!`;
}

function readGreeting(config: ConfigData): string {
  const setting = config.find(({ key }) => key === 'greeting');
  if (setting === undefined) return defaultGreeting;
  const value: unknown = JSON.parse(setting.value);
  if (typeof value === 'string' && value !== '') return value;
  throw {
    tag: 'invalid-config',
    val: `"greeting" is ${setting.value}, allowed is a text that is not empty`,
  } satisfies PluginError;
}
