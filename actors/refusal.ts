import Type from 'typebox';
import { Check } from 'typebox/value';
import { SignalboxError } from '../src/core/errors.ts';
import type { PluginId } from '../src/core/ids.ts';

/** The `plugin-error` variant of `wit/`. */
const pluginErrorSchema = Type.Object({
  tag: Type.Enum(['invalid-config', 'io', 'failed']),
  val: Type.String(),
});

/** What a guest answered in the error case of its contract, as an error of ours. */
export function refusalError(id: PluginId, asked: string, answer: unknown): SignalboxError {
  if (!Check(pluginErrorSchema, answer)) {
    return new SignalboxError(
      'PLUGIN_REFUSED',
      `Plugin "${id}" refused ${asked} with an error nobody declared`,
      {
        details: { error: answer },
      },
    );
  }
  const isConfig = answer.tag === 'invalid-config';
  return new SignalboxError(
    isConfig ? 'PLUGIN_CONFIG_REFUSED' : 'PLUGIN_REFUSED',
    isConfig
      ? `Plugin "${id}" does not accept its config: ${answer.val}`
      : `Plugin "${id}" refused ${asked}: ${answer.val}`,
    {
      details: { error: { ...answer } },
      ...(isConfig && { hint: 'Mend the [plugins.entries.config] table of the entry' }),
    },
  );
}
