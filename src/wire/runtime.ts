import Type, { type Static } from 'typebox';
import { pluginStates } from '../../relays/plugin-status.ts';
import { errorRecordSchema } from './error-record.ts';
import { timeSchema } from './plugin-status.ts';
import { topics } from './records.ts';

export const runtimeSchema = Type.Object({
  version: Type.String(),
  startedAt: timeSchema,
  configFile: Type.String(),
  stateFolder: Type.String(),
  plugins: Type.Record(Type.Enum([...pluginStates]), Type.Integer(), {
    description: 'How many are in each state',
  }),
  records: Type.Record(Type.Enum([...topics]), Type.Integer(), {
    description: 'How many there were of each topic since it started',
  }),
  discoveryProblems: Type.Array(errorRecordSchema),
});
export type RuntimeReport = Readonly<Static<typeof runtimeSchema>>;
