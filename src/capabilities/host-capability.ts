import { SignalboxError } from '../core/errors.ts';
import type { HostFunction } from '../ports/host-imports.ts';
import type { HostCapability } from './define-capability.ts';
import type { WiringContext } from './wiring-context.ts';

/** Functions of the host application, each call under `host:use:<interface>`. A denied call traps: its WIT knows no denial. */
export function wireHostCapability(
  capability: HostCapability,
  { access, entry }: WiringContext,
): Readonly<Record<string, HostFunction>> {
  const wired = Object.entries(capability.functions).map(([name, definition]): [string, HostFunction] => {
    const call = definition.bind(`${capability.interface}#${name}`, entry.id);
    return [
      name,
      (args, signal) => {
        const decision = access.decide({ kind: 'host:use', scope: capability.interface });
        if (decision.allowed) return call(args, signal);
        throw new SignalboxError(
          'PERMISSION_DENIED',
          `Plugin "${entry.id}" may not use "${capability.interface}"`,
          {
            hint: decision.rule,
          },
        );
      },
    ];
  });
  return Object.fromEntries(wired);
}
