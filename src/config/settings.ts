import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { firstProblem, type SchemaProblem } from '../manifest/schema-problem.ts';
import type { RuntimeSettings } from './document.ts';
import type { Table } from './toml.ts';

/** `[signalbox]` as the operator writes it. */
export const settingsSchema = Type.Object(
  {
    profile: Type.Optional(
      Type.String({
        description:
          'Policy of plugins that choose none: default, strict, terminal, observability, orchestration or one of [policies]',
      }),
    ),
    state_dir: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Caches and the database, relative to this file; default .signalbox',
      }),
    ),
    max_plugins: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Plugins that may be enabled at once; default 1000' }),
    ),
    safe_mode: Type.Optional(Type.Boolean({ description: 'Load no plugin at all; default false' })),
    auto_discover: Type.Optional(
      Type.Boolean({ description: 'Report plugin folders no entry names; default false' }),
    ),
  },
  { description: 'How the runtime itself behaves' },
);

const defaultSettings: RuntimeSettings = {
  profile: 'default',
  stateDir: '.signalbox',
  maxPlugins: 1000,
  safeMode: false,
  autoDiscover: false,
};

const validator = Compile(settingsSchema);

/** The settings of a `[signalbox]` table, or what is wrong with it. An absent table is an empty one. */
export function readSettings(
  table: Table,
): { readonly settings: RuntimeSettings } | { readonly problem: SchemaProblem } {
  if (!validator.Check(table)) return { problem: firstProblem(validator.Errors(table), table) };
  return {
    settings: {
      profile: table.profile ?? defaultSettings.profile,
      stateDir: table.state_dir ?? defaultSettings.stateDir,
      maxPlugins: table.max_plugins ?? defaultSettings.maxPlugins,
      safeMode: table.safe_mode ?? defaultSettings.safeMode,
      autoDiscover: table.auto_discover ?? defaultSettings.autoDiscover,
    },
  };
}
