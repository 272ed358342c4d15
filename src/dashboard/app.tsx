import { useEffect, useMemo, useState } from 'react';
import { createClient } from './api/client.ts';
import { forgetToken, keepToken, takeToken } from './api/token.ts';
import { createLiveClient } from './live/live-client.ts';
import { LiveContext, useLive } from './live/live-context.ts';
import { ToastProvider } from './parts/toasts.tsx';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';

const prefix = document.querySelector<HTMLMetaElement>('meta[name=signalbox-api]')?.content ?? '/api/v1';

export function App() {
  const [token, setToken] = useState(takeToken);
  const [refusal, setRefusal] = useState<string>();

  const signIn = (entered: string): void => {
    keepToken(entered);
    setRefusal(undefined);
    setToken(entered);
  };
  const signOut = (reason?: string): void => {
    forgetToken();
    setRefusal(reason);
    setToken(undefined);
  };
  if (token === undefined) return <SignIn refusal={refusal} onToken={signIn} />;
  return <Session key={token} token={token} onSignOut={signOut} />;
}

interface SessionProps {
  readonly token: string;
  readonly onSignOut: (reason?: string) => void;
}

function Session({ token, onSignOut }: SessionProps) {
  const live = useMemo(() => createLiveClient(createClient(prefix, token)), [token]);
  useEffect(() => live.start(), [live]);
  return (
    <LiveContext value={live}>
      <ToastProvider>
        <Refusal onRefused={onSignOut} />
        <Shell onSignOut={() => onSignOut()} />
      </ToastProvider>
    </LiveContext>
  );
}

function Refusal({ onRefused }: { readonly onRefused: (reason: string) => void }) {
  const { link } = useLive();
  const reason = link.state === 'refused' ? link.reason : undefined;
  useEffect(() => {
    if (reason !== undefined) onRefused(reason);
  }, [reason, onRefused]);
  return null;
}
