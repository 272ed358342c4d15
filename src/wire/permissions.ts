import Type, { type Static } from 'typebox';
import { pluginIdSchema, timeSchema } from './plugin-status.ts';

const wantSchema = Type.Object({
  permission: Type.String(),
  reason: Type.String({ description: "The author's" }),
  isOptional: Type.Boolean(),
  state: Type.Enum(['granted', 'leased', 'missing', 'withheld', 'forbidden', 'waiting']),
  rule: Type.String({ description: 'The grants that give it, or why it is not given' }),
});
export type WantReport = Readonly<Static<typeof wantSchema>>;

const grantSchema = Type.Object({
  permission: Type.String(),
  by: Type.Enum(['permissions', 'watch', 'lease']),
  isAskedFor: Type.Boolean({ description: 'False: no want of the manifest uses it' }),
  lease: Type.Optional(
    Type.Object({
      expiresAt: Type.Optional(timeSchema),
      calls: Type.Optional(Type.Integer()),
      bytes: Type.Optional(Type.Integer()),
      ended: Type.Optional(Type.String({ description: 'Why it gives nothing any more' })),
    }),
  ),
});
export type GrantReport = Readonly<Static<typeof grantSchema>>;

/** What a plugin wants, was granted and lacks. */
export const permissionReportSchema = Type.Object({
  id: pluginIdSchema,
  policy: Type.Optional(Type.String()),
  wants: Type.Array(wantSchema),
  grants: Type.Array(grantSchema),
  approval: Type.Optional(Type.String({ description: 'Set while an upgrade waits to be approved' })),
});
export type PermissionReport = Readonly<Static<typeof permissionReportSchema>>;

export const permissionReportsSchema = Type.Object(
  { plugins: Type.Array(permissionReportSchema) },
  { description: 'What each wants, was granted and lacks' },
);

const asked = { permission: Type.String(), reason: Type.String() };

/** A plugin that waits for somebody to decide. */
export const pendingPermissionsSchema = Type.Object({
  plugins: Type.Array(
    Type.Object({
      id: pluginIdSchema,
      missing: Type.Array(Type.Object(asked)),
      widening: Type.Optional(Type.Array(Type.Object(asked))),
      approval: Type.Optional(Type.String()),
    }),
  ),
});
