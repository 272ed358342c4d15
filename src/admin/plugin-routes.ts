import Type from 'typebox';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import { SignalboxError } from '../core/errors.ts';
import type { Plugins } from '../options.ts';
import { pluginAboutSchema } from '../wire/plugin-about.ts';
import { pluginIdSchema, pluginStatusSchema, pluginsSchema } from '../wire/plugin-status.ts';
import { usageSchema } from '../wire/usage.ts';
import { entryAnswer } from './entry-answer.ts';
import { defineRoute, type Route } from './route.ts';

/** The largest file that can be uploaded: its base64 and the JSON around it fit into `uploadBodyBytes`, as all files together must. */
const maxUploadBytes = 16 * 1024 * 1024;
const uploadBodyBytes = 24 * 1024 * 1024;
const maxUploadFiles = 1_000;

const ofPlugin = Type.Object({ id: pluginIdSchema }, { additionalProperties: false });
const status = { kind: 'json', schema: pluginStatusSchema } as const;

/** Commands that take an id, give a status and are named alike everywhere. */
const commands: readonly (readonly ['enable' | 'disable' | 'reload' | 'retry', summary: string])[] = [
  [
    'enable',
    'Write enabled = true, or an entry for one that was only found; answers when it is Ready or in Error',
  ],
  ['disable', 'Write enabled = false; answers when it is Disabled'],
  ['reload', 'Load the artifact anew beside the running instance and swap'],
  ['retry', 'Leave backoff or quarantine at once'],
];

export const pluginRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listPlugins',
    method: 'GET',
    path: '/plugins',
    scope: 'read',
    summary: 'The status of every plugin, those included that were only found',
    answer: { kind: 'json', schema: pluginsSchema },
    handle: ({ runtime }) => ({ plugins: runtime.plugins.list() }),
  }),
  defineRoute({
    operation: 'registerPlugin',
    method: 'POST',
    path: '/plugins',
    scope: 'admin',
    summary: 'Upload a plugin: written beside the config, with an entry that is disabled and grants nothing',
    body: Type.Object(
      {
        manifest: Type.String({ maxLength: 65_536, description: 'The text of plugin.toml' }),
        artifact: base64('The file its entry names, in base64'),
        files: Type.Optional(
          Type.Array(
            Type.Object(
              {
                path: Type.String({
                  minLength: 1,
                  maxLength: 4_096,
                  description: 'From its folder: lib/waves.ts',
                }),
                content: base64('In base64'),
              },
              { additionalProperties: false },
            ),
            {
              maxItems: maxUploadFiles,
              description: 'What else is in its folder: modules of a script, assets',
            },
          ),
        ),
      },
      { additionalProperties: false },
    ),
    maxBodyBytes: uploadBodyBytes,
    answer: { kind: 'json', status: 201, schema: pluginStatusSchema },
    handle: ({ runtime }, { body: { manifest, artifact, files = [] } }) =>
      runtime.plugins.register({
        manifest,
        code: bytesOf(artifact, 'artifact'),
        files: files.map(({ path, content }) => ({ path, bytes: bytesOf(content, path) })),
      }),
  }),
  defineRoute({
    operation: 'getPlugin',
    method: 'GET',
    path: '/plugins/{id}',
    scope: 'read',
    summary: 'The status of one plugin',
    params: ofPlugin,
    answer: status,
    handle: ({ runtime }, { params }) => statusOf(runtime.plugins, params.id),
  }),
  defineRoute({
    operation: 'describePlugin',
    method: 'GET',
    path: '/plugins/{id}/about',
    scope: 'read',
    summary: 'Its entry, what its manifest says now, and its limits',
    params: ofPlugin,
    answer: { kind: 'json', schema: pluginAboutSchema },
    handle: async ({ runtime }, { params }) => {
      const { entry, ...rest } = await runtime.plugins.about(params.id);
      return { ...(entry && { entry: entryAnswer(entry) }), ...rest };
    },
  }),
  defineRoute({
    operation: 'getUsage',
    method: 'GET',
    path: '/plugins/{id}/usage',
    scope: 'read',
    summary: 'What it used in each second of the last minutes',
    params: ofPlugin,
    answer: { kind: 'json', schema: usageSchema },
    handle: ({ runtime, usage }, { params }) => usage.of(statusOf(runtime.plugins, params.id).id),
  }),
  defineRoute({
    operation: 'removePlugin',
    method: 'DELETE',
    path: '/plugins/{id}',
    scope: 'admin',
    summary: 'Take its entry out of the config; answers when nothing of it runs. Its artifact stays',
    params: ofPlugin,
    answer: { kind: 'nothing' },
    handle: ({ runtime }, { params }) => runtime.plugins.remove(params.id),
  }),
  defineRoute({
    operation: 'callPlugin',
    method: 'POST',
    path: '/plugins/{id}/call',
    scope: 'write',
    summary: 'Call one of its exports; a client that goes away without an Idempotency-Key aborts the call',
    params: ofPlugin,
    body: Type.Object(
      {
        export: Type.String({
          minLength: 1,
          maxLength: 256,
          description: '`greet`, or `interface.function`',
        }),
        args: Type.Optional(Type.Array(Type.Unknown(), { maxItems: 64, description: 'Default: none' })),
        deadline_ms: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 3_600_000, description: 'At most what its limits say' }),
        ),
      },
      { additionalProperties: false },
    ),
    answer: {
      kind: 'json',
      schema: Type.Object({
        result: Type.Unknown({ description: 'What it returned; 64 bit integers as text; null for nothing' }),
      }),
    },
    handle: async ({ runtime }, { params, body, signal }) => ({
      result:
        (await runtime.plugins.call(params.id, body.export, body.args ?? [], {
          signal,
          ...(body.deadline_ms !== undefined && { deadlineMs: body.deadline_ms }),
        })) ?? null,
    }),
  }),
  ...commands.map(([name, summary]) =>
    defineRoute({
      operation: `${name}Plugin`,
      method: 'POST',
      path: `/plugins/{id}/${name}`,
      scope: 'write',
      summary,
      params: ofPlugin,
      answer: status,
      handle: ({ runtime }, { params }) => runtime.plugins[name](params.id),
    }),
  ),
];

function base64(description: string) {
  return Type.String({
    maxLength: Math.ceil(maxUploadBytes / 3) * 4,
    pattern: '^[A-Za-z0-9+/]*={0,2}$',
    description,
  });
}

/** Decoders leave out what does not fit: half a file would be taken in. @throws `API_REQUEST_INVALID` */
function bytesOf(text: string, name: string): Buffer {
  if (text.length % 4 === 0) return Buffer.from(text, 'base64');
  throw new SignalboxError('API_REQUEST_INVALID', `The base64 of ${JSON.stringify(name)} ends in the middle`);
}

/** @throws `PLUGIN_UNKNOWN` */
function statusOf(plugins: Plugins, id: string): PluginStatus {
  const found = plugins.get(id);
  if (found) return found;
  throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id ${JSON.stringify(id)}`);
}
