import { useState } from 'react';
import type { PluginReport } from '../../wire/plugin-status.ts';
import { problemIn } from '../api/client.ts';
import type { LiveClient } from '../live/live-client.ts';
import { useLiveClient } from '../live/live-context.ts';
import { useToast } from '../parts/toasts.tsx';

export type Command = 'enable' | 'disable' | 'reload' | 'retry';

/**
 * Runs commands of one plugin. That one took effect is said when the status on the page says so, and not when the request was
 * answered: both come on ways of their own.
 */
export function useCommand(
  id: string,
): readonly [run: (command: Command) => void, running: Command | undefined] {
  const live = useLiveClient();
  const toast = useToast();
  const [running, setRunning] = useState<Command>();

  const run = async (command: Command): Promise<void> => {
    setRunning(command);
    try {
      const answer = await live.client.command(`/plugins/${encodeURIComponent(id)}/${command}`);
      const status = await boardShows(live, command, answer);
      if (!status) return toast({ text: `${id} is gone`, tone: 'bad' });
      const phase = status.phase === undefined ? '' : `, ${status.phase}`;
      toast({ text: `${id} is ${status.state}${phase}`, tone: status.state === 'Error' ? 'bad' : 'fine' });
    } catch (thrown) {
      const { message, hint } = problemIn(thrown);
      toast({ text: hint === undefined ? message : `${message}. ${hint}`, tone: 'bad' });
    } finally {
      setRunning(undefined);
    }
  };

  return [(command) => void run(command), running];
}

/** Resolves with the status on the page once it is as new as the answer; undefined when the plugin is no more. */
function boardShows(
  live: LiveClient,
  command: Command,
  answer: PluginReport,
): Promise<PluginReport | undefined> {
  const { promise, resolve } = Promise.withResolvers<PluginReport | undefined>();
  const look = (): void => {
    const { phase, plugins } = live.snapshot().board;
    const status = plugins.get(answer.id);
    const isNewer = status && status.since > answer.since;
    const isSame = status && status.since === answer.since && isAnswer(command, status);
    if (phase === 'known' && (!status || isNewer || isSame)) resolve(status);
  };
  const stop = live.listen(look);
  look();
  return promise.finally(stop);
}

function isAnswer(command: Command, { state, phase }: PluginReport): boolean {
  if (command === 'disable') return state === 'Disabled' && phase === undefined;
  return (state === 'Ready' && phase !== 'reloading') || state === 'Error';
}
