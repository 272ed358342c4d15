import { dirname, resolve } from 'node:path';
import { ownInterfaces } from './capabilities/capabilities.ts';
import type { ConfigDocument, PluginEntry } from './config/document.ts';
import { systemClock } from './core/clock.ts';
import { type ErrorRecord, SignalboxError, toErrorRecord } from './core/errors.ts';
import { checkManifest } from './manifest/check-manifest.ts';
import { checkWorld } from './manifest/check-world.ts';
import type { ConfigText } from './options.ts';
import { createArtifacts } from './packages/open-artifact.ts';
import { resolveGrants } from './permissions/granting.ts';
import { checkImports } from './permissions/imports.ts';
import { permissionText } from './permissions/permission.ts';
import { permissionRefusal } from './permissions/refusal.ts';
import { permissionReport } from './permissions/report.ts';
import { judgeWants } from './permissions/wants.ts';
import type { Artifacts } from './ports/artifacts.ts';
import type { ConfigReading } from './ports/config-file.ts';
import type { GrantMemory } from './ports/grant-memory.ts';
import type { Sandbox } from './ports/sandbox.ts';
import type { EntryReport, PreflightReport } from './preflight-report.ts';
import { createSandbox } from './sandbox/sandbox.ts';
import { openConfigFile } from './store/config-file.ts';
import { databaseFile, lazyDatabase } from './store/lazy-database.ts';
import { memoryConfigFile } from './store/memory-config-file.ts';
import { MemoryGrantMemory } from './store/memory-grant-memory.ts';
import { StoredGrantMemory } from './store/stored-grant-memory.ts';
import { createFileWatcher } from './watch/file-watcher.ts';

export interface PreflightOptions {
  /** Also translate each component and compare its WIT with the host's; default true. Takes up to seconds for a component never seen. */
  readonly prepare?: boolean;
  readonly signal?: AbortSignal;
}

interface Examiner {
  readonly artifacts: Artifacts;
  readonly offered: readonly string[];
  readonly sandbox?: Sandbox;
  readonly grantMemory: GrantMemory;
  readonly signal: AbortSignal;
}

/**
 * Looks at a config and everything it names, and runs no guest code: config, manifest, artifact, WIT match, permissions.
 * Problems are part of the report; it throws only when the file cannot be read.
 *
 * @throws `CONFIG_UNREADABLE`
 */
export async function preflight(
  config: string | ConfigText,
  options: PreflightOptions = {},
): Promise<PreflightReport> {
  const signal = options.signal ?? new AbortController().signal;
  await using resources = new AsyncDisposableStack();
  const watcher = resources.use(createFileWatcher());
  const configFile =
    typeof config === 'string' ? await openConfigFile(resolve(config), watcher) : memoryConfigFile(config);
  const reading = await configFile.read(signal);
  if (reading.outcome !== 'document') {
    return { file: configFile.file, problem: problemOf(reading), warnings: [], entries: [] };
  }

  const { document } = reading;
  const baseFolder = dirname(document.file);
  const database = resources.use(lazyDatabase(databaseFile(resolve(baseFolder, document.settings.stateDir))));
  const isRemembered = typeof config === 'string' && (await database.exists());
  const examiner: Examiner = {
    artifacts: resources.use(createArtifacts()),
    offered: ownInterfaces,
    // Looking changes nothing: a database is read, never made.
    grantMemory: isRemembered ? new StoredGrantMemory(database) : new MemoryGrantMemory(),
    signal,
    ...(options.prepare !== false && {
      sandbox: resources.use(
        createSandbox({ cacheFolder: resolve(baseFolder, document.settings.stateDir, 'prepared'), cells: 1 }),
      ),
    }),
  };
  const entries: EntryReport[] = document.rejected.map(({ id, error }) => ({
    id,
    isEnabled: false,
    problems: [error],
  }));
  for (const entry of document.entries) entries.push(await examine(entry, document, examiner));
  return { file: document.file, warnings: document.warnings, entries };
}

async function examine(
  entry: PluginEntry,
  document: ConfigDocument,
  examiner: Examiner,
): Promise<EntryReport> {
  const base = { id: entry.id, isEnabled: entry.enabled, artifactPath: entry.artifactPath };
  const problems: ErrorRecord[] = [];
  try {
    const artifact = await examiner.artifacts.open(
      entry.artifactPath,
      dirname(document.file),
      examiner.signal,
    );
    const { manifest, isDeclared, code, digest } = artifact;
    const mismatch = checkManifest(entry.id, artifact);
    if (mismatch) problems.push(mismatch);
    const { approved, leaseUse } = await examiner.grantMemory.recall(entry.id);
    const baseFolder = dirname(document.file);
    const request = { manifest, isDeclared, entry, baseFolder, now: systemClock.now(), leaseUse };
    const grants = resolveGrants(request);
    const { effective, missing } = grants;
    const { waiting } = isDeclared ? judgeWants({ manifest, approved, entry }) : { waiting: [] };
    for (const { permission, reason, tomlLine } of missing) {
      const message = `Plugin "${entry.id}" requires "${permission}", which is not granted: ${reason}`;
      problems.push(new SignalboxError('PERMISSION_PENDING', message, { hint: tomlLine }).toRecord());
    }
    const told = { ...grants, missing: [] };
    const refusal = permissionRefusal({
      id: entry.id,
      manifest,
      policy: entry.policy,
      grants: told,
      waiting,
    });
    if (refusal) problems.push(refusal);
    const prepared = await examiner.sandbox?.prepare(artifact, examiner.signal);
    const wrongWorld = prepared && checkWorld(entry.id, prepared);
    if (wrongWorld) problems.push(wrongWorld);
    const imports = prepared?.imports ?? (code.kind === 'script' ? code.imports : undefined);
    if (imports) {
      const wrongImport = checkImports({
        imports,
        offered: examiner.offered,
        manifest,
        isDeclared,
        effective,
      });
      if (wrongImport) problems.push(wrongImport);
    }
    return {
      ...base,
      kind: code.kind,
      ...(isDeclared && { manifest }),
      digest,
      ...(imports && { imports }),
      ...(prepared?.kind === 'component' && { exports: prepared.exports }),
      effective: effective.map(permissionText),
      missing,
      permissions: permissionReport({ ...request, waiting }),
      problems,
    };
  } catch (thrown) {
    examiner.signal.throwIfAborted();
    return { ...base, problems: [...problems, toErrorRecord(thrown)] };
  }
}

function problemOf(reading: Exclude<ConfigReading, { outcome: 'document' }>): ErrorRecord {
  if (reading.outcome === 'invalid') return reading.error;
  return new SignalboxError('CONFIG_UNREADABLE', `There is no config file at "${reading.file}"`, {
    hint: 'Name one with --config FILE',
  }).toRecord();
}
