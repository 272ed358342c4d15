import { type FormEvent, useState } from 'react';
import { Brand } from './parts/brand.tsx';

interface SignInProps {
  /** Why the token of before does not count. */
  readonly refusal: string | undefined;
  readonly onToken: (token: string) => void;
}

export function SignIn({ refusal, onToken }: SignInProps) {
  const [token, setToken] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (token.trim() !== '') onToken(token.trim());
  };
  return (
    <main className="sign-in">
      <form className="card" onSubmit={submit}>
        <Brand />
        <h1>Sign in</h1>
        <p>
          Watching and steering this runtime needs a token. Make one where it runs:
          <code className="command">signalbox token create --name dashboard --scope admin</code>
        </p>
        {refusal !== undefined && (
          <p className="notice notice-error" role="alert">
            {refusal}
          </p>
        )}
        <label className="field">
          <span>Token</span>
          <input
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        <button type="submit" className="button primary">
          Sign in
        </button>
        <p className="muted">It stays in this tab and is gone when you close it.</p>
      </form>
    </main>
  );
}
