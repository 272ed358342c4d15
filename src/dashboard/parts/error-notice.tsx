import type { ErrorReport } from '../../wire/error-record.ts';

/** An error of the runtime or a plugin: what happened, where, and what mends it. */
export function ErrorNotice({ error }: { readonly error: ErrorReport }) {
  const { code, message, hint, location } = error;
  return (
    <div className="notice notice-error">
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
    </div>
  );
}
