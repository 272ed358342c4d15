export type { AuditRecord } from '../relays/audit.ts';
export type { ConfigReplay } from '../relays/config-replay.ts';
export type { Discovery, PluginEvent } from '../relays/plugin-event.ts';
export type { LogLevel, PluginLogLine } from '../relays/plugin-log.ts';
export type { PluginState, PluginStatus, StatusBoard } from '../relays/plugin-status.ts';
export type { Relays } from '../relays/relays.ts';
export type { CounterName, TelemetryEvent } from '../relays/telemetry.ts';
export type { ActorReading } from './actor-readings.ts';
export {
  defineCapability,
  type HostCallContext,
  type HostCapability,
  type HostFunctionDefinition,
  hostFunction,
} from './capabilities/define-capability.ts';
export type { NetworkOptions } from './capabilities/http/network.ts';
export { refused, returned } from './capabilities/replies.ts';
export type { ConfigDocument, Isolation, PluginEntry } from './config/document.ts';
export type { ConfigEdit } from './config/edit.ts';
export { editConfigFile } from './config-edits.ts';
export type { Blame, ErrorCode } from './core/error-catalogue.ts';
export { type ErrorRecord, SignalboxError, type SourceLocation } from './core/errors.ts';
export type { Digest, PluginId } from './core/ids.ts';
export { machines } from './machines.ts';
export type { Manifest } from './manifest/manifest.ts';
export type {
  CallOptions,
  ConfigText,
  LeaseTerms,
  PendingPermissions,
  Permissions,
  PluginPermissions,
  Plugins,
  RemoveOptions,
  Runtime,
  RuntimeConfig,
  RuntimeOptions,
} from './options.ts';
export type { PluginFile, PluginUpload } from './packages/write-plugin.ts';
export type { Limits } from './permissions/limits.ts';
export type { GrantReport, PermissionReport, WantReport } from './permissions/report.ts';
export type { PluginDescription } from './plugin-about.ts';
export { type PreflightOptions, preflight } from './preflight.ts';
export type { EntryReport, PreflightReport } from './preflight-report.ts';
export { createRuntime } from './runtime.ts';
