import Type from 'typebox';
import type { HostFunction } from '../ports/host-imports.ts';
import { argumentReader } from './arguments.ts';
import { boundedText } from './printable-text.ts';
import { createRateLimit } from './rate-limit.ts';
import { refused, returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

/** A plugin that reads more often has not understood that variables stay; and each denial is a record of the audit. */
export const maxReadsPerSecond = 100;
const maxShownBytes = 200;

const readArguments = argumentReader('get', Type.Tuple([Type.String()]));

/** `signalbox:plugin/environment`: variables of the host by name, looked up in the host when they are asked for. */
export function wireEnvironment({
  access,
  clock,
  environment,
}: WiringContext): Readonly<Record<string, HostFunction>> {
  const rate = createRateLimit(maxReadsPerSecond, clock);
  return {
    get(args) {
      const [name] = readArguments(args);
      const scope = boundedText(name, maxShownBytes);
      const permission = `env:read:${scope}`;
      const denied = (rule: string) => refused({ permission, rule });
      if (!rate.take()) return denied(`More than ${maxReadsPerSecond} variables a second are not read`);
      if (scope !== name) {
        const rule = 'It is no name of a variable';
        access.deny({ kind: 'env:read', scope }, rule);
        return denied(rule);
      }
      const decision = access.decide({ kind: 'env:read', scope });
      if (!decision.allowed) return denied(decision.rule);
      return returned(Object.hasOwn(environment, name) ? environment[name] : undefined);
    },
  };
}
