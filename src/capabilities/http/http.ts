import Type from 'typebox';
import type { HostFunction } from '../../ports/host-imports.ts';
import { argumentReader, bytes, u32, u64 } from '../arguments.ts';
import { returned } from '../replies.ts';
import type { WiringContext } from '../wiring-context.ts';

const readFetchArguments = argumentReader(
  'fetch',
  Type.Tuple([
    Type.Object({
      method: Type.String(),
      url: Type.String(),
      headers: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
      body: Type.Optional(Type.Union([Type.Undefined(), bytes])),
    }),
  ]),
);
const readReadArguments = argumentReader('read-body', Type.Tuple([u64, u32]));
const readCloseArguments = argumentReader('close', Type.Tuple([u64]));

/** `signalbox:plugin/http`: requests to origins the operator granted. */
export function wireHttp(context: WiringContext): Readonly<Record<string, HostFunction>> {
  const client = context.http();
  return {
    fetch: (args, signal) => client.fetch(readFetchArguments(args)[0], signal),
    'read-body': (args) => client.readBody(...readReadArguments(args)),
    close: (args) => {
      client.close(...readCloseArguments(args));
      return returned();
    },
  };
}
