import type { FastifyInstance } from 'fastify';
import { systemClock } from '../core/clock.ts';
import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import { createRuntimeMetrics } from '../metrics/runtime-metrics.ts';
import type { Runtime } from '../options.ts';
import { packageVersion } from '../package-version.ts';
import { openTokens } from '../tokens.ts';
import { authenticateOwner, createTokenAuthentication } from './access.ts';
import { createApp } from './app.ts';
import { readBoard } from './board.ts';
import { EventStreams } from './event-streams.ts';
import { createHostCheck, hostNameOf, isLoopback } from './host-check.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { openApiOf } from './open-api.ts';
import { readPage } from './page.ts';
import { RecordLog } from './record-log.ts';
import { recordRuntime } from './record-runtime.ts';
import { routes } from './routes.ts';
import type { AdminService } from './service.ts';
import { listenOnSocket, socketPathOf, socketPrefix } from './unix-socket.ts';
import { UsageSeries } from './usage-series.ts';

/** Where the API is looked for first. */
const defaultPort = 7411;
const beatMs = 15_000;
/** As `[api]` has it. */
const prefixForm = /^(\/[A-Za-z0-9_-]+)+$/;

export interface AdminOptions {
  /** Default `127.0.0.1`. What others can reach is refused while there is no token. */
  readonly host?: string;
  /** 0 is any free one. Default 7411, or any free one where that is taken. */
  readonly port?: number;
  /** `/` and names of letters, digits, `_` and `-`; default `/api/v1`. */
  readonly prefix?: string;
  /** Names it is reached by beside `host` and those of loopback: `host` with any port, or `host:port`. */
  readonly allowedHosts?: readonly string[];
  /** From one address; default 1,200. */
  readonly requestsPerMinute?: number;
  /** Told of errors that are bugs; clients hear only that there was one. Default: nobody is. */
  readonly onFault?: (error: unknown) => void;
}

/** The admin API of one runtime. Close it before the runtime, or hold it with `await using` behind it. */
export interface Admin extends AsyncDisposable {
  /** `http://127.0.0.1:7411` */
  readonly address: string;
  /** Behind the address. */
  readonly prefix: string;
  /** Whether the dashboard is served at the address: false when the package was not built. */
  readonly hasPage: boolean;
  /** Path of the unix socket for this user's own processes; absent where it cannot be. */
  readonly socket?: string;
  /** Why there is no socket. */
  readonly socketProblem?: ErrorRecord;
  /** Ends event streams and connections. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves the admin API of a runtime until it is closed, or the runtime is.
 *
 * @throws `API_UNSERVED` when it may not or cannot listen as it should, `STORE_FAILED` for a token file it cannot trust
 */
export async function startAdmin(runtime: Runtime, options: AdminOptions = {}): Promise<Admin> {
  const { host = '127.0.0.1', prefix = '/api/v1', allowedHosts = [], requestsPerMinute = 1_200 } = options;
  if (!prefixForm.test(prefix)) {
    throw new SignalboxError(
      'API_UNSERVED',
      `The admin API cannot have the prefix ${JSON.stringify(prefix)}`,
      {
        hint: 'Write it like "/api/v1"',
      },
    );
  }
  const tokens = openTokens(runtime.stateFolder);
  await refuseOpenDoor(host, tokens);

  await using building = new AsyncDisposableStack();
  const records = new RecordLog();
  building.use(recordRuntime(runtime, records));
  const metrics = building.use(createRuntimeMetrics(runtime));
  const usage = building.use(new UsageSeries(runtime.relays, () => systemClock.now()));
  const streams = building.use(new EventStreams({ records, readBoard: () => readBoard(runtime) }));
  const beating = setInterval(() => streams.beat(), beatMs).unref();
  building.defer(() => clearInterval(beating));

  const version = packageVersion();
  const service: AdminService = {
    runtime,
    records,
    metrics,
    usage,
    version,
    startedAt: systemClock.now(),
    openApi: openApiOf({ routes, prefix, version }),
  };
  const shared = {
    service,
    routes,
    prefix,
    streams,
    keys: new IdempotencyKeys(systemClock),
    onFault: options.onFault ?? (() => {}),
  };
  const page = await readPage(prefix);
  const app = await createApp({
    ...shared,
    authenticate: createTokenAuthentication(tokens, systemClock),
    checkHost: createHostCheck([...allowedHosts, hostNameOf(host) ?? 'localhost']),
    requestsPerMinute,
    page,
  });
  building.defer(() => app.close());
  const address = await listen(app, host, options.port);
  // Under a prefix of its own: a client must find it without knowing what the config says.
  const ownerApp = await createApp({ ...shared, prefix: socketPrefix, authenticate: authenticateOwner });
  building.defer(() => ownerApp.close());
  const socket = await tryListen(ownerApp, socketPathOf(runtime.stateFolder));

  const resources = building.move();
  const close = () => resources.disposeAsync();
  const ended = runtime.relays.pluginStatus.subscribe({ complete: () => void close() });
  resources.defer(() => ended.unsubscribe());
  return { address, prefix, hasPage: page !== undefined, ...socket, close, [Symbol.asyncDispose]: close };
}

/** What other machines can reach must not be open for long enough to make a token. */
async function refuseOpenDoor(host: string, tokens: ReturnType<typeof openTokens>): Promise<void> {
  const now = systemClock.now();
  const isKept = (await tokens.list()).some(({ expiresAt = Infinity }) => expiresAt > now);
  if (isLoopback(host) || isKept) return;
  throw new SignalboxError('API_UNSERVED', `The admin API is not served on "${host}": there is no token`, {
    hint: 'Make one with "signalbox token create", or listen on 127.0.0.1',
  });
}

async function listen(app: FastifyInstance, host: string, port: number | undefined): Promise<string> {
  try {
    return await app.listen({ host, port: port ?? defaultPort });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE' && port === undefined) return app.listen({ host, port: 0 });
    if (typeof code !== 'string' || !(error instanceof Error)) throw error;
    const message = `The admin API cannot listen on ${host}, port ${port ?? defaultPort}: ${error.message}`;
    throw new SignalboxError('API_UNSERVED', message, {
      hint: 'Choose another host or port in [api]',
      cause: error,
    });
  }
}

/** Without the socket the API is still there for those who have a token. */
async function tryListen(
  app: FastifyInstance,
  path: string,
): Promise<Pick<Admin, 'socket' | 'socketProblem'>> {
  try {
    await listenOnSocket(app, path);
    return { socket: path };
  } catch (error) {
    if (error instanceof SignalboxError) return { socketProblem: error.toRecord() };
    throw error;
  }
}
