import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';
import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import type { PluginId } from '../core/ids.ts';
import type { Grants, Wanting } from './granting.ts';
import type { Policy } from './policy.ts';
import { wantsFingerprint } from './wants.ts';

const asked = { permission: Type.String(), reason: Type.String() };
const pendingDetailsSchema = Type.Object({
  missing: Type.Array(Type.Object({ ...asked, tomlLine: Type.String(), rule: Type.String() })),
  widening: Type.Optional(Type.Array(Type.Object(asked))),
  approval: Type.Optional(Type.String()),
});

/**
 * The details of a `PERMISSION_PENDING`: what is required and not granted, what an upgrade asks for beyond what was approved,
 * each with the author's reason, and what `approved` in the entry would have to say.
 */
export type PendingDetails = Static<typeof pendingDetailsSchema>;

/** What a record of that code says in its details; nothing when they are not of that shape. */
export function pendingDetails({ details }: ErrorRecord): PendingDetails {
  return Check(pendingDetailsSchema, details) ? details : { missing: [] };
}

interface RefusalRequest {
  readonly id: PluginId;
  readonly manifest: Wanting & { readonly version: string };
  readonly policy: Policy;
  readonly grants: Grants;
  /** Wants that nobody approved. */
  readonly waiting: readonly string[];
}

/** Why a plugin must not be loaded with the grants it has; undefined when it may. */
export function permissionRefusal(request: RefusalRequest): ErrorRecord | undefined {
  const { id, manifest, policy, grants, waiting } = request;
  const { missing, forbidden } = grants;
  const [first] = forbidden;
  if (first) {
    return new SignalboxError(
      'PERMISSION_FORBIDDEN',
      `Plugin "${id}" requires "${first.permission}", but ${first.rule}`,
      {
        hint: `Choose another policy in its entry, like policy = "default", or change "${policy.name}"`,
        details: { policy: policy.name, forbidden },
      },
    ).toRecord();
  }
  const reasonOf = (want: string) => manifest.permissions?.find((each) => each.want === want)?.reason ?? '';
  const widening = waiting.map((want) => ({
    permission: want,
    reason: reasonOf(want),
  }));
  const approval = wantsFingerprint(manifest);
  const details: PendingDetails = {
    missing: [...missing],
    ...(widening.length > 0 && { widening, approval }),
  };
  const [lacking] = missing;
  if (lacking) {
    return new SignalboxError(
      'PERMISSION_PENDING',
      `Plugin "${id}" requires "${lacking.permission}", which is not granted: ${lacking.reason}`,
      { hint: lacking.tomlLine, details },
    ).toRecord();
  }
  const [wider] = widening;
  if (!wider) return undefined;
  return new SignalboxError(
    'PERMISSION_PENDING',
    `Version ${manifest.version} of plugin "${id}" asks for more than was approved: "${wider.permission}": ${wider.reason}`,
    {
      hint: `Approve it with "signalbox grant ${id} --approve", or write in its entry: approved = "${approval}"`,
      details,
    },
  ).toRecord();
}
