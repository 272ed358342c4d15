import type { ErrorRecord } from '../../core/errors.ts';
import { SignalboxError } from '../../core/errors.ts';
import { decodeProgram, encodeProgram, type Program } from '../program.ts';
import { errorValue, parseErrorValue } from '../protocol/error-value.ts';

/** The descriptor over which a translating child gets a component and gives an answer. */
export const preparePipe = 3;
/** First byte of the child's side: it is ready for its one component. */
export const readyByte = 0x01;
const outcomes = { program: 0x02, error: 0x03 } as const;

/** What the child writes after the ready byte: an outcome byte, then a program or an error. */
export function encodeAnswer(answer: Program | ErrorRecord): Buffer {
  return 'code' in answer
    ? Buffer.concat([Uint8Array.of(outcomes.error), Buffer.from(JSON.stringify(errorValue(answer)))])
    : Buffer.concat([Uint8Array.of(outcomes.program), encodeProgram(answer)]);
}

/** The bytes of the program, checked. @throws what the child said, or `PREPARE_FAILED` for an answer that is none */
export function readAnswer(answer: Uint8Array): { readonly program: Program; readonly bytes: Uint8Array } {
  const bytes = answer.subarray(1);
  if (answer[0] === outcomes.program) return { program: decodeProgram(bytes), bytes };
  const error =
    answer[0] === outcomes.error
      ? parseErrorValue(JSON.parse(Buffer.from(bytes).toString('utf8')))
      : undefined;
  if (error) throw SignalboxError.fromRecord(error);
  throw new SignalboxError('PREPARE_FAILED', 'The translator gave an answer that is none');
}
