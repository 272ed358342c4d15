import { randomBytes } from 'node:crypto';
import Type from 'typebox';
import { type Permission, permissionText } from '../permissions/permission.ts';
import type { HostFunction, HostReply } from '../ports/host-imports.ts';
import { argumentReader } from './arguments.ts';
import { monotonicNanos } from './clock.ts';
import { maxRandomBytes } from './random.ts';
import { refused, returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

/** Of wit/script-host.wit: wired for every script, since what it takes for part of its language is no import of its text. */
export const scriptEngine = 'signalbox:plugin/script-engine';

/** As many as `Math.random` makes 512 numbers of. */
const entropyBytes = 4 * 1024;

const readRandomArguments = argumentReader(
  'random',
  Type.Tuple([Type.Integer({ minimum: 0, maximum: maxRandomBytes })]),
);

export function wireScriptEngine({ access, clock }: WiringContext): Readonly<Record<string, HostFunction>> {
  const under = (needed: Permission, answer: () => unknown): HostReply => {
    const decision = access.decide(needed);
    return decision.allowed
      ? returned(answer())
      : refused({ permission: permissionText(needed), rule: decision.rule });
  };
  return {
    now: () => under({ kind: 'time:read' }, () => clock.now()),
    monotonic: () => under({ kind: 'time:read' }, () => Number(monotonicNanos()) / 1e6),
    random(args) {
      const [length] = readRandomArguments(args);
      return under({ kind: 'random' }, () => new Uint8Array(randomBytes(length)));
    },
    entropy() {
      // A script that draws numbers without the permission does nothing wrong, so nothing is denied.
      if (!access.check({ kind: 'random' }).allowed) return returned(undefined);
      return under({ kind: 'random' }, () => new Uint8Array(randomBytes(entropyBytes)));
    },
  };
}
