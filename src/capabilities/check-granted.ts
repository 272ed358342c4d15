import { SignalboxError } from '../core/errors.ts';
import { type Permission, permissionText } from '../permissions/permission.ts';
import type { WiringContext } from './wiring-context.ts';

/** For functions whose WIT knows no denial: they trap. @throws `PERMISSION_DENIED` */
export function checkGranted({ access, entry }: WiringContext, needed: Permission): void {
  const decision = access.decide(needed);
  if (decision.allowed) return;
  throw new SignalboxError(
    'PERMISSION_DENIED',
    `Plugin "${entry.id}" has no permission "${permissionText(needed)}"`,
    { hint: decision.rule },
  );
}
