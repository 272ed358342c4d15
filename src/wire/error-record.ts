import Type, { type Static } from 'typebox';
import { errorCatalogue } from '../core/error-catalogue.ts';

const locationSchema = Type.Object({
  file: Type.Optional(Type.String()),
  line: Type.Integer(),
  column: Type.Integer(),
  frame: Type.Optional(Type.String()),
});

const details = Type.Optional(Type.Record(Type.String(), Type.Unknown()));

/** `ErrorRecord` on the wire. */
export const errorRecordSchema = Type.Object({
  code: Type.String({ description: 'One of docs/reference/errors.md' }),
  blame: Type.Enum(['user', 'plugin', 'host']),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
  location: Type.Optional(locationSchema),
  details,
});
export type ErrorReport = Readonly<Static<typeof errorRecordSchema>>;

/** RFC 9457, with the fields of an error record beside its own. */
export const problemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:signalbox:error:<code>' }),
    title: Type.String({ description: 'What the code means' }),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What happened' }),
    code: Type.Enum(Object.keys(errorCatalogue)),
    blame: Type.Enum(['user', 'plugin', 'host']),
    hint: Type.Optional(Type.String({ description: 'What mends it' })),
    location: Type.Optional(locationSchema),
    details,
  },
  { description: 'Why a request was refused or failed' },
);
