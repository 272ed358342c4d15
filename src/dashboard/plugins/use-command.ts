import { useState } from 'react';
import type { PluginReport } from '../../wire/plugin-status.ts';
import { problemIn } from '../api/client.ts';
import { useLiveClient } from '../live/live-context.ts';
import { useToast } from '../parts/toasts.tsx';

export type Command = 'enable' | 'disable' | 'reload' | 'retry';

/**
 * Runs commands of one plugin. That a toggle took effect is said when the status of the plugin says so, and not when the request
 * was answered: the request only writes the config file.
 */
export function useCommand(
  id: string,
): readonly [run: (command: Command) => void, running: Command | undefined] {
  const live = useLiveClient();
  const toast = useToast();
  const [running, setRunning] = useState<Command>();

  const run = async (command: Command): Promise<void> => {
    setRunning(command);
    const confirming = new AbortController();
    const confirmed = new Promise<PluginReport>((resolve) => {
      const stop = live.listen((events) => {
        for (const event of events) {
          const status = event.topic === 'status' ? event.news.status : undefined;
          if (status?.id === id && isAnswer(command, status)) resolve(status);
        }
      });
      confirming.signal.addEventListener('abort', stop, { once: true });
    });
    try {
      await live.client.send('POST', `/plugins/${encodeURIComponent(id)}/${command}`);
      const known = live.snapshot().board.plugins.get(id);
      // It may have been so already, and a status that does not change is not told.
      const status = known && isAnswer(command, known) ? known : await confirmed;
      const isBad = status.state === 'Error';
      const phase = status.phase === undefined ? '' : `, ${status.phase}`;
      toast({ text: `${id} is ${status.state}${phase}`, tone: isBad ? 'bad' : 'fine' });
    } catch (thrown) {
      const { message, hint } = problemIn(thrown);
      toast({ text: hint === undefined ? message : `${message}. ${hint}`, tone: 'bad' });
    } finally {
      confirming.abort();
      setRunning(undefined);
    }
  };

  return [(command) => void run(command), running];
}

function isAnswer(command: Command, { state, phase }: PluginReport): boolean {
  if (command === 'disable') return state === 'Disabled' && phase === undefined;
  return (state === 'Ready' && phase !== 'reloading') || state === 'Error';
}
