import { type ErrorRecord, SignalboxError } from '../src/core/errors.ts';
import type { PluginId } from '../src/core/ids.ts';
import type { Artifact } from '../src/ports/artifacts.ts';
import type { Prepared } from '../src/ports/sandbox.ts';
import { judgeFailure, type Verdict } from './backoff.ts';
import {
  type Assignment,
  isSameButConfig,
  isSameLoad,
  type LoadPlan,
  type Resolution,
  resolveLoad,
} from './load-plan.ts';
import { absolutePath } from './paths.ts';
import { executionPrefix, type PluginMachineEvent } from './plugin-events.ts';
import type { Opening } from './plugin-load.ts';

/** Why a load began: only a command loads what is loaded already. */
export type LoadReason = 'entry' | 'artifact' | 'command';

/** The instance on its way, as far as it has come. */
export interface Candidate {
  readonly resolution: Resolution;
  readonly artifact: Artifact;
  readonly prepared?: Prepared;
  readonly generation?: number;
  readonly exports?: readonly string[];
  readonly cell?: string;
  readonly tier?: string;
}

/** The instance that takes calls. */
export interface Serving {
  readonly plan: LoadPlan;
  readonly generation: number;
  readonly exports: readonly string[];
  readonly cell: string;
  readonly tier: string;
}

export interface PluginContext {
  readonly id: PluginId;
  readonly assignment: Assignment;
  readonly reason: LoadReason;
  /** When the top state was entered. */
  readonly since: number;
  readonly loadStartedAt: number;
  readonly readySince: number | undefined;
  readonly candidate: Candidate | undefined;
  readonly serving: Serving | undefined;
  /** Instances that were told to close and have not said that they did. */
  readonly retiring: readonly number[];
  /** The number of the instance begun last. */
  readonly generations: number;
  readonly watchPaths: readonly string[];
  /** Failures that count, see `judgeFailure`. */
  readonly failures: readonly number[];
  readonly verdict: Verdict | undefined;
  readonly error: ErrorRecord | undefined;
  readonly degraded: { readonly error: ErrorRecord; readonly by: 'reload' | 'config' } | undefined;
  /** Why it is disabled. */
  readonly message: string | undefined;
}

export interface PluginInput {
  readonly assignment: Assignment;
  readonly message?: string;
}

export function initialContext({ assignment, message }: PluginInput, now: number): PluginContext {
  return {
    id: assignment.entry.id,
    assignment,
    reason: 'entry',
    since: now,
    loadStartedAt: now,
    readySince: undefined,
    candidate: undefined,
    serving: undefined,
    retiring: [],
    generations: 0,
    watchPaths: [],
    failures: [],
    verdict: undefined,
    error: undefined,
    degraded: undefined,
    message,
  };
}

/**
 * XState remembers, for each state and for good, every type of event it was ever asked for, and the end of each actor is a type of its own:
 * without an end to the numbers a plugin that is reloaded often grows. None of a thousand instances ago still lives.
 */
const maxGenerations = 1_000;

export function nextGeneration(generation: number): number {
  return (generation % maxGenerations) + 1;
}

/** Id of the actor that runs one instance. */
export function executionId(generation: number): string {
  return `${executionPrefix}${generation}`;
}

export function withArtifact(
  { assignment }: PluginContext,
  { artifact, standing }: Opening,
): Partial<PluginContext> {
  const resolution = resolveLoad(assignment, artifact, standing);
  return { candidate: { artifact, resolution }, watchPaths: artifact.watchPaths };
}

export function planOf({ candidate }: PluginContext): LoadPlan {
  if (candidate?.resolution.outcome === 'resolved') return candidate.resolution.plan;
  throw new SignalboxError('INTERNAL', 'A plugin went on without a plan');
}

export function preparedOf({ candidate }: PluginContext): Prepared {
  if (candidate?.prepared) return candidate.prepared;
  throw new SignalboxError('INTERNAL', 'A plugin went on without prepared code');
}

/** The candidate takes over. */
export function promoted(context: PluginContext): Partial<PluginContext> {
  const { generation = 0, exports = [], cell = '', tier = '' } = context.candidate ?? {};
  return {
    serving: { plan: planOf(context), generation, exports, cell, tier },
    candidate: undefined,
    error: undefined,
    degraded: undefined,
    message: undefined,
  };
}

/** The instance `generation` is gone, whatever it was. */
export function without(
  { serving, candidate, retiring }: PluginContext,
  generation: number,
): Partial<PluginContext> {
  return {
    serving: serving?.generation === generation ? undefined : serving,
    candidate: candidate?.generation === generation ? undefined : candidate,
    retiring: retiring.filter((each) => each !== generation),
  };
}

export function judged(context: PluginContext, now: number, random: number): Partial<PluginContext> {
  const { error, failures, readySince } = context;
  if (error === undefined) return {};
  const failure = { error, at: now, ...(readySince !== undefined && { readySince }) };
  const verdict = judgeFailure(failures, failure, random);
  return { verdict, failures: verdict.failures, readySince: undefined };
}

export function instantiated(
  { candidate }: PluginContext,
  event: PluginMachineEvent,
): Partial<PluginContext> {
  if (event.type !== 'execution.instantiated') return {};
  return {
    candidate: candidate && { ...candidate, exports: event.exports, cell: event.cell, tier: event.tier },
  };
}

/** The config the serving instance was told, and what it said to it. */
export function configured(
  { serving, assignment, degraded }: PluginContext,
  event: PluginMachineEvent,
): Partial<PluginContext> {
  if (event.type !== 'execution.configured') return {};
  const { entry, error } = event;
  if (error) return { degraded: { error, by: 'config' } };
  if (serving === undefined) return {};
  const plan = { ...serving.plan, assignment: { ...assignment, entry } };
  return { serving: { ...serving, plan }, degraded: degraded?.by === 'config' ? undefined : degraded };
}

/** Where a fix may appear of an artifact that cannot be opened: at its path, and where it was before. */
export function entryPaths({ assignment, watchPaths }: PluginContext): readonly string[] {
  const { baseFolder, entry } = assignment;
  return [...new Set([absolutePath(baseFolder, entry.artifactPath), ...watchPaths])];
}

export function isUnchanged({ reason, candidate, serving }: PluginContext): boolean {
  if (reason === 'command' || serving === undefined || candidate?.resolution.outcome !== 'resolved')
    return false;
  return isSameLoad(candidate.resolution.plan, serving.plan);
}

/** The serving instance can be told a new config instead of being replaced. */
export function takesConfig({ serving, degraded }: PluginContext, next: Assignment): boolean {
  if (serving === undefined || degraded?.by === 'reload') return false;
  return serving.exports.includes('lifecycle.handle-event') && isSameButConfig(serving.plan.assignment, next);
}

/** The successor can be given what the serving instance knows. */
export function takesSnapshot({ serving, candidate }: PluginContext): boolean {
  return !!serving?.exports.includes('state.snapshot') && !!candidate?.exports?.includes('state.restore');
}
