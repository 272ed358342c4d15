import Type from 'typebox';
import { pendingPermissionsSchema, permissionReportsSchema } from '../wire/permissions.ts';
import { pluginIdSchema, pluginStatusSchema } from '../wire/plugin-status.ts';
import { defineRoute, type Route } from './route.ts';

const ofPlugin = Type.Object({ id: pluginIdSchema }, { additionalProperties: false });
const status = { kind: 'json', schema: pluginStatusSchema } as const;
const permissionTexts = Type.Array(Type.String({ minLength: 1, maxLength: 4_096 }), {
  minItems: 1,
  maxItems: 256,
  description: 'domain:action[:scope]',
});

export const permissionRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listPermissions',
    method: 'GET',
    path: '/permissions',
    scope: 'read',
    summary: 'What every plugin wants, was granted and lacks',
    answer: { kind: 'json', schema: permissionReportsSchema },
    handle: ({ runtime }) => ({ plugins: runtime.permissions.list() }),
  }),
  defineRoute({
    operation: 'listPendingPermissions',
    method: 'GET',
    path: '/permissions/pending',
    scope: 'read',
    summary: 'The plugins that wait for somebody to grant or approve',
    answer: { kind: 'json', schema: pendingPermissionsSchema },
    handle: ({ runtime }) => ({ plugins: runtime.permissions.pending() }),
  }),
  defineRoute({
    operation: 'grantPermissions',
    method: 'POST',
    path: '/permissions/{id}/grant',
    scope: 'admin',
    summary: 'Write grants into the config, for good or for a while',
    params: ofPlugin,
    body: Type.Object(
      {
        permissions: permissionTexts,
        expires_at: Type.Optional(
          Type.Integer({ minimum: 0, description: 'Milliseconds since 1970-01-01 UTC' }),
        ),
        calls: Type.Optional(Type.Integer({ minimum: 1 })),
        bytes: Type.Optional(Type.Integer({ minimum: 1 })),
      },
      { additionalProperties: false },
    ),
    answer: status,
    handle: ({ runtime }, { params, body: { permissions, expires_at: expiresAt, calls, bytes } }) => {
      const lease = {
        ...(expiresAt !== undefined && { expiresAt }),
        ...(calls !== undefined && { calls }),
        ...(bytes !== undefined && { bytes }),
      };
      return Object.keys(lease).length === 0
        ? runtime.permissions.grant(params.id, permissions)
        : runtime.permissions.grant(params.id, permissions, lease);
    },
  }),
  defineRoute({
    operation: 'revokePermissions',
    method: 'POST',
    path: '/permissions/{id}/revoke',
    scope: 'admin',
    summary: 'Take permissions away; calls in flight are aborted',
    params: ofPlugin,
    body: Type.Object(
      {
        permissions: Type.Union([permissionTexts, Type.Literal('all')], {
          description: '"all" is everything, leases, channels and watched directories included',
        }),
      },
      { additionalProperties: false },
    ),
    answer: status,
    handle: ({ runtime }, { params, body }) => runtime.permissions.revoke(params.id, body.permissions),
  }),
  defineRoute({
    operation: 'approvePermissions',
    method: 'POST',
    path: '/permissions/{id}/approve',
    scope: 'admin',
    summary: 'Accept what an upgrade asks for beyond what was approved before; grants nothing by itself',
    params: ofPlugin,
    answer: status,
    handle: ({ runtime }, { params }) => runtime.permissions.approve(params.id),
  }),
];
