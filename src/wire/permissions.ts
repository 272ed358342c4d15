import Type, { type Static } from 'typebox';
import { errorRecordSchema } from './error-record.ts';
import { pluginIdSchema, timeSchema } from './plugin-status.ts';

const leaseFields = {
  permission: Type.String(),
  grantedAt: Type.Optional(timeSchema),
  expiresAt: Type.Optional(timeSchema),
  calls: Type.Optional(Type.Integer()),
  bytes: Type.Optional(Type.Integer()),
};

/** A grant that ends, as its entry has it. */
export const leaseSchema = Type.Object(leaseFields);

const asked = {
  permission: Type.String(),
  reason: Type.String({ description: "The author's" }),
};

const wantSchema = Type.Object({
  ...asked,
  isOptional: Type.Boolean(),
  state: Type.Enum(['granted', 'leased', 'missing', 'withheld', 'forbidden', 'waiting']),
  rule: Type.String({ description: 'The grants that give it, or why it is not given' }),
});

const grantSchema = Type.Object({
  permission: Type.String(),
  by: Type.Enum(['permissions', 'watch', 'lease']),
  isAskedFor: Type.Boolean({ description: 'False: no want of the manifest uses it' }),
  lease: Type.Optional(
    Type.Object({
      ...leaseFields,
      used: Type.Object({ calls: Type.Integer(), bytes: Type.Integer() }),
      ended: Type.Optional(Type.String({ description: 'Why it gives nothing any more' })),
    }),
  ),
});

/** What a plugin wants, was granted and lacks. */
const permissionReportSchema = Type.Object({
  id: pluginIdSchema,
  policy: Type.String({ description: 'Name of the policy that bounds it' }),
  wants: Type.Array(wantSchema, { description: 'What it asks for, and what came of that' }),
  grants: Type.Array(grantSchema, { description: 'What the operator grants' }),
  approval: Type.Optional(
    Type.String({
      description: 'Set while an upgrade waits: what "approved" in its entry would have to say',
    }),
  ),
});
export type PermissionReport = Readonly<Static<typeof permissionReportSchema>>;

export const permissionReportsSchema = Type.Object({ plugins: Type.Array(permissionReportSchema) });

/** The plugins that wait for somebody to decide. */
export const pendingPermissionsSchema = Type.Object({
  plugins: Type.Array(
    Type.Object({
      id: pluginIdSchema,
      isServing: Type.Boolean({ description: 'An older version serves meanwhile' }),
      missing: Type.Array(Type.Object({ ...asked, tomlLine: Type.String(), rule: Type.String() }), {
        description: 'Required and not granted',
      }),
      widening: Type.Optional(
        Type.Array(Type.Object(asked), { description: 'What an upgrade asks for beyond what was approved' }),
      ),
      approval: Type.Optional(Type.String()),
      error: errorRecordSchema,
    }),
  ),
});
