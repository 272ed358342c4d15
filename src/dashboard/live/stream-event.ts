import type { Static, TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { type Board, boardSchema, type StatusNews, statusNewsSchema } from '../../wire/board.ts';
import { type ConfigNews, configNewsSchema } from '../../wire/config.ts';
import type { ReceivedEvent } from '../../wire/event-reader.ts';
import { type TransitionReport, transitionSchema } from '../../wire/machines.ts';
import { type AuditLine, auditSchema, type LogLine, logLineSchema } from '../../wire/records.ts';

/** An event of the stream, checked. `sequence` is its place among all records of the runtime. */
export type StreamEvent = { readonly sequence: number } & (
  | { readonly topic: 'reset'; readonly board: Board; readonly isRestart: boolean }
  | { readonly topic: 'status'; readonly news: StatusNews }
  | { readonly topic: 'config'; readonly news: ConfigNews }
  | { readonly topic: 'log'; readonly line: LogLine }
  | { readonly topic: 'audit'; readonly line: AuditLine }
  | { readonly topic: 'transition'; readonly transition: TransitionReport }
);

/** What the page listens to. */
export const streamTopics = 'status,config,log,audit,transition';

/** An id is the mark of a process and a number: `1f2e3d4c-17`. */
const idForm = /^([0-9a-f]{8})-([0-9]{1,15})$/;

/** The number in an id of the API, 0 for what is none. */
export function sequenceOf(id: string | undefined): number {
  return Number(idForm.exec(id ?? '')?.[2] ?? 0);
}

/** True when both ids are of one process: what was known still counts. */
export function isSameProcess(id: string | undefined, other: string | undefined): boolean {
  return idForm.exec(id ?? '')?.[1] === idForm.exec(other ?? '')?.[1];
}

/**
 * @param lastId of the event before, to tell a restart from having fallen behind
 * @returns undefined for what this page does not know or that is not of the form it knows
 */
export function streamEventOf(
  { event, id, data }: ReceivedEvent,
  lastId: string | undefined,
): StreamEvent | undefined {
  const value = parsed(data);
  const sequence = sequenceOf(id);
  switch (event) {
    case 'reset': {
      const board = fitting(boardSchema, value);
      const isRestart = lastId !== undefined && !isSameProcess(id, lastId);
      return board && { topic: 'reset', sequence, board, isRestart };
    }
    case 'status': {
      const news = fitting(statusNewsSchema, value);
      return news && { topic: 'status', sequence, news };
    }
    case 'config': {
      const news = fitting(configNewsSchema, value);
      return news && { topic: 'config', sequence, news };
    }
    case 'log': {
      const line = fitting(logLineSchema, value);
      return line && { topic: 'log', sequence, line };
    }
    case 'audit': {
      const line = fitting(auditSchema, value);
      return line && { topic: 'audit', sequence, line };
    }
    case 'transition': {
      const transition = fitting(transitionSchema, value);
      return transition && { topic: 'transition', sequence, transition };
    }
    default:
      return undefined;
  }
}

function fitting<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> | undefined {
  return Check(schema, value) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
