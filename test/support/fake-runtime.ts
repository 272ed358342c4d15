import { expect, vi } from 'vitest';
import { type Manager, startManager } from '../../actors/start-manager.ts';
import type { AuditRecord } from '../../relays/audit.ts';
import type { ConfigReplay } from '../../relays/config-replay.ts';
import { createRelays } from '../../relays/create-relays.ts';
import { loadingBoard, type PluginStatus, type StatusBoard } from '../../relays/plugin-status.ts';
import type { CounterName, TelemetryEvent } from '../../relays/telemetry.ts';
import type { ConfigDocument } from '../../src/config/document.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import type { CallOutcome } from '../../src/ports/sandbox.ts';
import { MemoryGrantMemory } from '../../src/store/memory-grant-memory.ts';
import { CountingClock } from './counting-clock.ts';
import { FakeArtifacts } from './fake-artifacts.ts';
import { FakeCapabilities } from './fake-capabilities.ts';
import { FakeConfigFile } from './fake-config-file.ts';
import { FakeFileWatcher } from './fake-file-watcher.ts';
import { FakePluginFolders } from './fake-plugin-folders.ts';
import { FakeSandbox } from './fake-sandbox.ts';

/** The real machines over fake ports and simulated time, with everything they told kept for assertions. */
export class FakeRuntime implements AsyncDisposable {
  readonly clock = new CountingClock();
  readonly artifacts = new FakeArtifacts();
  readonly sandbox = new FakeSandbox(this.artifacts.codeOf);
  readonly capabilities = new FakeCapabilities();
  readonly fileWatcher = new FakeFileWatcher();
  readonly pluginFolders = new FakePluginFolders();
  readonly grantMemory = new MemoryGrantMemory();
  readonly configFile = new FakeConfigFile();
  readonly statuses: PluginStatus[] = [];
  readonly replays: ConfigReplay[] = [];
  readonly audits: AuditRecord[] = [];
  /** What was told beside counters. */
  readonly measures: TelemetryEvent[] = [];
  /** Every event any actor got. */
  readonly actorEvents: string[] = [];
  board: StatusBoard = loadingBoard;
  boards = 0;
  readonly #totals = new Map<string, number>();
  #manager: Manager | undefined;
  readonly #relays = createRelays();

  start(document?: ConfigDocument): Manager {
    if (document) this.configFile.reading = { outcome: 'document', document };
    const { relays } = this.#relays;
    relays.pluginStatus.subscribe((board) => {
      this.board = board;
      this.boards += 1;
      if (board.changed) this.statuses.push(board.changed);
    });
    relays.pluginsConfigReplay.subscribe((replay) => this.replays.push(replay));
    relays.audit.subscribe((record) => this.audits.push(record));
    relays.telemetry.subscribe((event) => {
      if (event.kind === 'counter') this.#totals.set(`${event.name} ${event.plugin ?? ''}`, event.total);
      else this.measures.push(event);
    });
    this.#manager = startManager(
      {
        configFile: this.configFile,
        artifacts: this.artifacts,
        sandbox: this.sandbox,
        capabilities: this.capabilities,
        fileWatcher: this.fileWatcher,
        pluginFolders: this.pluginFolders,
        grantMemory: this.grantMemory,
        publishers: this.#relays.publishers,
        clock: this.clock,
        random: () => 1,
        artifactDebounceMs: 50,
      },
      {
        inspect: (event) => {
          if (event.type === '@xstate.event') this.actorEvents.push(event.event.type);
        },
      },
    );
    return this.#manager;
  }

  get manager(): Manager {
    if (!this.#manager) throw new Error('The fake runtime was not started');
    return this.#manager;
  }

  call(id: string, name: string, ...args: readonly unknown[]): Promise<CallOutcome> {
    return this.manager.call(parsePluginId(id), { export: name, args });
  }

  status(id: string): PluginStatus | undefined {
    return this.board.plugins.get(parsePluginId(id));
  }

  /** `Ready`, `Error.backoff`: where a plugin is, in one word. */
  where(id: string): string | undefined {
    const status = this.status(id);
    return status && (status.phase === undefined ? status.state : `${status.state}.${status.phase}`);
  }

  count(name: CounterName, id = ''): number {
    return this.#totals.get(`${name} ${id}`) ?? 0;
  }

  reaches(id: string, where: string): Promise<void> {
    return this.eventually(() => expect(this.where(id)).toBe(where));
  }

  eventually(assertion: () => void): Promise<void> {
    return vi.waitFor(assertion, { interval: 1, timeout: 2_000 });
  }

  /** Stops the machines and fails when they left anything behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#manager?.stop();
    this.#relays.close();
    expect({
      instances: this.sandbox.live.length,
      wirings: this.capabilities.wirings.length,
      watches: this.fileWatcher.watches.size,
      configWatches: this.configFile.watchers,
      timers: this.clock.held,
    }).toEqual({ instances: 0, wirings: 0, watches: 0, configWatches: 0, timers: 0 });
  }
}
