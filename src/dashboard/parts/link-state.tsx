import { useEffect } from 'react';
import { useLive, useLiveClient } from '../live/live-context.ts';
import { clockText } from './times.ts';
import { useToast } from './toasts.tsx';

/** Whether what the page shows is so now, and a word when the runtime behind it is another one. */
export function LinkState() {
  const { link } = useLive();
  useRestartToast();

  switch (link.state) {
    case 'live':
      return (
        <span className="link link-live">
          <span className="link-mark" aria-hidden="true" />
          Live
        </span>
      );
    case 'connecting':
    case 'refused':
      return (
        <span className="link link-connecting">
          <span className="link-mark" aria-hidden="true" />
          Connecting
        </span>
      );
    case 'lost':
      return (
        <div className="link-banner" role="alert">
          <strong>Connection lost.</strong> {link.reason}. What you see is from {clockText(link.since)}. It
          tries again by itself.
        </div>
      );
  }
}

function useRestartToast(): void {
  const live = useLiveClient();
  const toast = useToast();
  useEffect(
    () =>
      live.listen((events) => {
        if (events.some((event) => event.topic === 'reset' && event.isRestart)) {
          toast({ text: 'The runtime was restarted. Everything is loaded anew.', tone: 'fine' });
        }
      }),
    [live, toast],
  );
}
