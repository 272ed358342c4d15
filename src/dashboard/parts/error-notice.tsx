import type { ReactNode } from 'react';
import type { ErrorReport } from '../../wire/error-record.ts';

interface ErrorNoticeProps {
  readonly error: ErrorReport;
  /** True when something serves in spite of it, or it waits for a word. */
  readonly isWarning?: boolean;
  /** What can be done about it here. */
  readonly children?: ReactNode;
}

/** An error of the runtime or a plugin: what happened, where, and what mends it. */
export function ErrorNotice({ error, isWarning = false, children }: ErrorNoticeProps) {
  const { code, message, hint, location } = error;
  return (
    <div className={isWarning ? 'notice notice-waiting' : 'notice notice-error'}>
      <p>
        <span className="code">{code}</span> {message}
      </p>
      {hint !== undefined && <p className="hint">{hint}</p>}
      {location && (
        <p className="hint">
          {location.file}:{location.line}:{location.column}
        </p>
      )}
      {location?.frame !== undefined && <pre>{location.frame}</pre>}
      {children}
    </div>
  );
}
