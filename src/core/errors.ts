import { type Blame, type ErrorCode, errorCatalogue } from './error-catalogue.ts';

/** A place in a text file; line and column count from 1. */
export interface SourceLocation {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
  /** The lines around the place with a marker below it, ready to print. */
  readonly frame?: string;
}

export interface SignalboxErrorOptions {
  /** What mends it, in one sentence or one line of TOML. */
  readonly hint?: string;
  readonly location?: SourceLocation;
  /** Plain JSON values a program can act on. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error as plain data: what crosses threads, processes, relays and HTTP. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly blame: Blame;
  readonly message: string;
  readonly hint?: string;
  readonly location?: SourceLocation;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Messages quote what others wrote, and travel to logs, relays and terminals: more than this is nothing a person reads. */
const maxTextChars = 2_000;

/** The one error type. Match on `code`, never on `message`. */
export class SignalboxError extends Error {
  override readonly name = 'SignalboxError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly location: SourceLocation | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: SignalboxErrorOptions = {}) {
    super(bounded(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint === undefined ? undefined : bounded(options.hint);
    this.location = options.location;
    this.details = options.details;
  }

  get blame(): Blame {
    return errorCatalogue[this.code].blame;
  }

  toRecord(): ErrorRecord {
    return {
      code: this.code,
      blame: this.blame,
      message: this.message,
      ...(this.hint !== undefined && { hint: this.hint }),
      ...(this.location !== undefined && { location: this.location }),
      ...(this.details !== undefined && { details: this.details }),
    };
  }

  static fromRecord(record: ErrorRecord, cause?: unknown): SignalboxError {
    return new SignalboxError(record.code, record.message, { ...record, cause });
  }
}

function bounded(text: string): string {
  if (text.length <= maxTextChars) return text;
  const cut = text.slice(0, maxTextChars - 1);
  return `${cut.isWellFormed() ? cut : `${cut.slice(0, -1)} `}…`;
}

/** Any thrown value as a record; what is not ours becomes `INTERNAL` (or the code given) with its message. */
export function toErrorRecord(thrown: unknown, otherwise: ErrorCode = 'INTERNAL'): ErrorRecord {
  if (thrown instanceof SignalboxError) return thrown.toRecord();
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SignalboxError(otherwise, message).toRecord();
}

/** True when the same attempt may succeed later without anyone changing anything. */
export function isRetryable(record: ErrorRecord): boolean {
  return errorCatalogue[record.code].retry === 'backoff';
}
