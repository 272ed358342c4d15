import { filter, firstValueFrom } from 'rxjs';
import type { ConfigReplay } from '../../relays/config-replay.ts';
import { systemClock } from '../core/clock.ts';
import type { Runtime } from '../options.ts';
import { aborted } from './aborted.ts';
import type { RelayPrinter } from './live-screen.ts';
import { pageLink } from './page-link.ts';
import { printableLines } from './printable.ts';
import type { RelayLine } from './relay-lines.ts';

type KnownConfig = ConfigReplay & { readonly phase: 'known' };

/**
 * Serves the admin API as the first usable config says, and tells where. Later changes of `[api]` count at the next start.
 *
 * @param isSeen whether a person sees the output, and no file or program keeps it: then the address lets them in
 * @returns what to dispose of; undefined when the config wants none, or the signal aborted before it was read
 * @throws `API_UNSERVED`
 */
export async function serveApi(
  runtime: Runtime,
  printer: RelayPrinter,
  { signal, isSeen }: { readonly signal: AbortSignal; readonly isSeen: boolean },
): Promise<AsyncDisposable | undefined> {
  const known = runtime.relays.pluginsConfigReplay.pipe(
    filter((replay): replay is KnownConfig => replay.phase === 'known'),
  );
  const first = await Promise.race([firstValueFrom(known, { defaultValue: undefined }), aborted(signal)]);
  if (!first?.document.api.enabled) return undefined;
  const { startAdmin } = await import('../admin/start-admin.ts');
  const admin = await startAdmin(runtime, {
    ...first.document.api,
    onFault: (error) => printer.tell(faultLine(error)),
  });
  const lack = admin.socketProblem ? `, without a socket: ${admin.socketProblem.message}` : '';
  printer.announce({
    api: `${admin.address}${admin.prefix}${lack}`,
    ...(admin.hasPage && {
      page: isSeen ? await pageLink(admin, runtime.stateFolder) : `${admin.address}/`,
    }),
  });
  return admin;
}

/** A bug that a request met. Its client hears that there was one; what it was is for whoever runs the host. */
function faultLine(error: unknown): RelayLine {
  const [text = '', ...more] = printableLines(
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
  return { time: systemClock.now(), source: 'api', label: 'fault', tone: 'bad', text, more };
}
