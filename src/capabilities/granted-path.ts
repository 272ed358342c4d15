import type { PermissionKind } from '../permissions/permission.ts';
import type { HostReply } from '../ports/host-imports.ts';
import { inaccessible, type Located, locate } from './guest-path.ts';
import type { OpenedPath, Opening } from './path-walk.ts';
import { refused } from './replies.ts';
import { meansAbsent, systemCode } from './system-errors.ts';
import type { WiringContext } from './wiring-context.ts';

/** What all functions on a path have in common: their rate, their permission, and what errors of the system look like. */
export async function onGrantedPath(
  context: WiringContext,
  kind: PermissionKind,
  path: string,
  answer: (located: Located) => Promise<HostReply>,
): Promise<HostReply> {
  if (!context.fileRate.take()) return refused({ tag: 'rate-limited' });
  const located = locate(path, kind, context);
  if (located.outcome === 'refused') return refused(located.error);
  try {
    return await answer(located);
  } catch (error) {
    if (meansAbsent(error)) return refused(inaccessible(located.needed));
    const code = systemCode(error);
    // A system message would name absolute paths of the host.
    if (code !== undefined) return refused({ tag: 'io', val: code });
    throw error;
  }
}

/** Opens a place below a grant. What would lead out of it is told to the audit. */
export async function openBelow(
  { walk, access }: WiringContext,
  { root, needed }: Located,
  components: readonly string[],
): Promise<Opening> {
  const opening = await walk.open(root, components);
  if (opening.outcome === 'refused') access.deny(needed, opening.rule);
  return opening;
}

/** Answers about what is there, and the same for all that is not. */
export function withOpened(
  context: WiringContext,
  kind: PermissionKind,
  path: string,
  answer: (opened: OpenedPath, located: Located) => HostReply | Promise<HostReply>,
): Promise<HostReply> {
  return onGrantedPath(context, kind, path, async (located) => {
    const opening = await openBelow(context, located, located.components);
    if (opening.outcome !== 'opened') return refused(inaccessible(located.needed));
    await using opened = opening.opened;
    return await answer(opened, located);
  });
}
