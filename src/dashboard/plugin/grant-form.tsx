import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useIsLive } from '../live/live-context.ts';

export interface GrantWish {
  readonly permission: string;
  /** For good when neither is there. */
  readonly hours?: number;
  readonly calls?: number;
}

interface GrantFormProps {
  readonly permission: string;
  readonly onGrant: (wish: GrantWish) => void;
}

const terms = [
  ['always', 'For good'],
  ['hour', 'For an hour'],
  ['day', 'For a day'],
  ['calls', 'For 100 uses'],
] as const;

/** Opens a small form in place: a permission may have a scope that only the operator can fill in. */
export function GrantForm({ permission, onGrant }: GrantFormProps) {
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState(permission);
  const [term, setTerm] = useState<string>('always');
  const textId = useId();
  const isLive = useIsLive();
  const input = useRef<HTMLInputElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  // The form takes the place of the button and the other way round; whoever came by keyboard goes along.
  useEffect(() => {
    if (isOpen) input.current?.focus();
    else if (wasOpen.current) opener.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  const isOpenEnded = permission.endsWith(':*');
  // What the star stands for is the operator's to say.
  const isUnfinished = isOpenEnded && text === permission;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isUnfinished) return;
    setOpen(false);
    onGrant({
      permission: text,
      ...(term === 'hour' && { hours: 1 }),
      ...(term === 'day' && { hours: 24 }),
      ...(term === 'calls' && { calls: 100 }),
    });
  };

  if (!isOpen) {
    return (
      <button
        ref={opener}
        type="button"
        className="button primary"
        aria-label={`Grant ${permission}`}
        disabled={!isLive}
        onClick={() => setOpen(true)}
      >
        Grant
      </button>
    );
  }
  return (
    <form className="grant-form" onSubmit={submit}>
      <label className="field" htmlFor={textId}>
        <span>Permission</span>
        <input
          ref={input}
          id={textId}
          value={text}
          spellCheck={false}
          aria-describedby={isUnfinished ? `${textId}-hint` : undefined}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {isUnfinished && (
        <p id={`${textId}-hint`} className="hint">
          Replace the * by what it may reach: a directory, an origin, a channel.
        </p>
      )}
      <label className="field">
        <span>How long</span>
        <select value={term} onChange={(event) => setTerm(event.target.value)}>
          {terms.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <div className="actions">
        <button type="submit" className="button primary" disabled={isUnfinished || !isLive}>
          Grant this
        </button>
        <button type="button" className="button" onClick={() => setOpen(false)}>
          Cancel
        </button>
      </div>
    </form>
  );
}
