import { type ErrorRecord, SignalboxError, toErrorRecord } from '../../core/errors.ts';
import { Channel } from '../protocol/channel.ts';
import { decodeValue } from '../protocol/decode-value.ts';
import { errorValue } from '../protocol/error-value.ts';
import type { Message } from '../protocol/messages.ts';
import type { Transport } from '../protocol/transport.ts';
import { encodeReport } from '../protocol/usage.ts';
import { Guest, type GuestBudgets } from './guest.ts';
import { type LoadedProgram, loadProgram } from './loaded-program.ts';
import type { Script } from './script-code.ts';

/** What `instantiate` carries. */
export interface InstantiateBody {
  readonly program: number;
  readonly maxBytes: number;
  readonly budgets: GuestBudgets;
  /** Every call is to be announced before it is entered. */
  readonly isExact: boolean;
  readonly script?: Script;
}

const nothingUsed = { fuel: 0, cpuMs: 0, memoryBytes: 0 } as const;

/** The cell's side of the protocol: takes orders, holds programs and guests. */
export function runCell(transport: Transport, exit: () => void): void {
  const parts = new Map<number, Uint8Array[]>();
  /** A program that cannot be loaded fails those who want it, not the cell. */
  const programs = new Map<number, LoadedProgram | ErrorRecord>();
  const guests = new Map<number, Guest>();

  const channel: Channel = new Channel(
    transport,
    {
      onMessage: obey,
      // The broker is trusted, but a cell that misunderstands it is of no use.
      onBroken: exit,
      onClose: exit,
    },
    'turn',
  );
  channel.send('ready', 0, 0);

  function obey(message: Message): void {
    const { kind, instance: id, call, body } = message;
    if (kind === 'call' || kind === 'first-call') {
      const guest = guests.get(id);
      if (guest) guest.enqueue(message);
      else channel.release(message);
      return;
    }
    switch (kind) {
      case 'program-part':
        parts.set(id, [...(parts.get(id) ?? []), new Uint8Array(body)]);
        break;
      case 'program-end':
        endProgram(id);
        break;
      case 'program-drop':
        programs.delete(id);
        break;
      case 'instantiate':
        instantiate(id, decodeValue(body) as InstantiateBody);
        break;
      case 'cancel':
        guests.get(id)?.cancel(call);
        break;
      case 'destroy':
        guests.get(id)?.destroy();
        guests.delete(id);
        channel.send('destroyed', id, 0);
        break;
      case 'reply':
        guests.get(id)?.reply(message);
        break;
      case 'ping':
        channel.send('pong', 0, call);
        break;
      default:
        exit();
    }
    channel.release(message);
  }

  function endProgram(id: number): void {
    const bytes = Buffer.concat(parts.get(id) ?? []);
    parts.delete(id);
    try {
      programs.set(id, loadProgram(bytes));
    } catch (error) {
      programs.set(id, toErrorRecord(error, 'PREPARE_FAILED'));
    }
  }

  function instantiate(
    id: number,
    { program: programId, maxBytes, budgets, isExact, script }: InstantiateBody,
  ): void {
    const program =
      programs.get(programId) ??
      new SignalboxError('INTERNAL', `The cell has no program ${programId}`).toRecord();
    if ('code' in program) {
      channel.send('failed', id, 0, encodeReport(errorValue(program), nothingUsed));
      return;
    }
    const guest = new Guest({
      id,
      program,
      maxBytes,
      budgets,
      isExact,
      channel,
      onGone: () => guests.delete(id),
      ...(script && { script }),
    });
    guests.set(id, guest);
    void guest.instantiate();
  }
}
