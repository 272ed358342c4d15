import type { HostFunction } from '../ports/host-imports.ts';
import { checkGranted } from './check-granted.ts';
import type { HostCapability } from './define-capability.ts';
import type { WiringContext } from './wiring-context.ts';

/** Functions of the host application, each call under `host:use:<interface>`. A denied call traps: its WIT knows no denial. */
export function wireHostCapability(
  capability: HostCapability,
  context: WiringContext,
): Readonly<Record<string, HostFunction>> {
  const wired = Object.entries(capability.functions).map(([name, definition]): [string, HostFunction] => {
    const call = definition.bind(`${capability.interface}#${name}`, context.entry.id);
    return [
      name,
      (args, signal) => {
        checkGranted(context, { kind: 'host:use', scope: capability.interface });
        return call(args, signal);
      },
    ];
  });
  return Object.fromEntries(wired);
}
