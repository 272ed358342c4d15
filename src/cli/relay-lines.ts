import type { Colors } from 'picocolors/types.js';
import type { AuditRecord } from '../../relays/audit.ts';
import type { ConfigReplay } from '../../relays/config-replay.ts';
import type { PluginEvent } from '../../relays/plugin-event.ts';
import type { LogLevel, PluginLogLine } from '../../relays/plugin-log.ts';
import type { PluginState, PluginStatus } from '../../relays/plugin-status.ts';
import type { ErrorRecord } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { problemDetails, shortPath } from './problem-text.ts';
import type { RelayValue } from './relay-values.ts';

export type Tone = 'good' | 'bad' | 'warning' | 'busy' | 'quiet' | 'plain';

/** Something worth a person's attention, one line and what belongs below it. Not yet escaped, but for `more`. */
export interface RelayLine {
  readonly time: number;
  /** A plugin id, `config` or `discovery`. */
  readonly source: string;
  /** `Ready`, `discovery`, `info`. */
  readonly label: string;
  readonly tone: Tone;
  readonly text: string;
  readonly more: readonly string[];
}

export const toneOfState: Readonly<Record<PluginState, Tone>> = {
  Disabled: 'quiet',
  Loading: 'busy',
  Ready: 'good',
  Error: 'bad',
};

const toneOfLevel: Readonly<Record<LogLevel, Tone>> = {
  trace: 'quiet',
  debug: 'quiet',
  info: 'plain',
  warn: 'warning',
  error: 'bad',
};

/**
 * Turns relay values into lines for people. It remembers what it has said: a status is told when it means something else than
 * before, a warning once. Counters, granted permissions and the second copy of discoveries are for programs and are left out.
 */
export function createNarrator(cwd: string): (value: RelayValue) => readonly RelayLine[] {
  const toldStatuses = new Map<string, PluginStatus>();
  const toldWarnings = new Set<string>();
  return (received) => {
    const { relay, value, time } = received;
    switch (relay) {
      case 'pluginsConfigReplay':
        return configLines(value, time, cwd, toldWarnings);
      case 'pluginStatus': {
        const problems = newOnes(value.discoveryProblems ?? [], toldWarnings);
        const lines = problems.map((problem) =>
          problemLine(problem, 'warning', { time, source: 'discovery' }, cwd),
        );
        if (!value.changed) return lines;
        const before = toldStatuses.get(value.changed.id);
        toldStatuses.set(value.changed.id, value.changed);
        return [...lines, ...statusLines(value.changed, before, time, cwd)];
      }
      case 'pluginEvent':
        return eventLines(value);
      case 'pluginLog':
        return [logLine(value)];
      case 'audit':
        return auditLines(value);
      case 'pluginDiscovery':
      case 'telemetry':
        return [];
    }
  };
}

/** `12:00:01 waves.scanner Ready 1.0.0`, further lines indented below it. */
export function lineText(line: RelayLine, colors: Colors): string {
  const { source, label, tone, text, more } = line;
  const parts = [
    colors.dim(clockTime(line.time)),
    colors.bold(printable(source)),
    toneColor(tone, colors)(printable(label)),
  ];
  const head = [...parts, printable(text)].filter((part) => part !== '').join(' ');
  return `${[head, ...more.map((below) => `  ${below}`)].join('\n')}\n`;
}

export function toneColor(tone: Tone, colors: Colors): (text: string) => string {
  switch (tone) {
    case 'good':
      return colors.green;
    case 'bad':
      return colors.red;
    case 'warning':
      return colors.yellow;
    case 'busy':
      return colors.cyan;
    case 'quiet':
      return colors.dim;
    case 'plain':
      return String;
  }
}

/** Local time of day, `HH:MM:SS`. */
export function clockTime(time: number): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => `${part}`.padStart(2, '0'))
    .join(':');
}

/** What a status says beside its state. */
export function statusText({ state, phase, version, message, error, degraded }: PluginStatus): string {
  if (error) return [state === 'Error' && phase ? `${phase}:` : '', problemHead(error)].join(' ').trim();
  if (degraded) return `${version ?? ''} still serves: ${problemHead(degraded)}`.trim();
  // Whoever reads it has read the state already: "Disabled in the config".
  const more = message?.startsWith(`${state} `) ? message.slice(state.length + 1) : message;
  return [version, more].filter((part) => part !== undefined).join(' ');
}

function statusLines(
  status: PluginStatus,
  before: PluginStatus | undefined,
  time: number,
  cwd: string,
): readonly RelayLine[] {
  if (before && meaningOf(before) === meaningOf(status)) return [];
  const { id, state, error, degraded, digest } = status;
  const isSwapped = state === 'Ready' && before?.state === 'Ready' && digest !== before.digest;
  const problem = error ?? degraded;
  return [
    {
      time,
      source: id,
      label: state,
      tone: degraded ? 'warning' : toneOfState[state],
      text: [statusText(status), isSwapped ? '(reloaded)' : ''].filter((part) => part !== '').join(' '),
      more: problem ? problemDetails(problem, cwd) : [],
    },
  ];
}

/** Equal for statuses a person need not tell apart: a plugin at work and an idle one are both just Ready. */
function meaningOf({ state, phase, version, digest, message, error, degraded }: PluginStatus): string {
  const relevantPhase = state === 'Error' ? phase : undefined;
  const relevantMessage = state === 'Loading' ? undefined : message;
  const loaded = state === 'Loading' ? [] : [version, digest];
  return JSON.stringify([state, relevantPhase, ...loaded, relevantMessage, error, degraded]);
}

function configLines(
  replay: ConfigReplay,
  time: number,
  cwd: string,
  toldWarnings: Set<string>,
): readonly RelayLine[] {
  const base = { time, source: 'config' };
  switch (replay.phase) {
    case 'loading':
      return [];
    case 'missing':
      return [{ ...base, label: 'missing', tone: 'warning', text: shortPath(replay.file, cwd), more: [] }];
    case 'invalid':
      return [problemLine(replay.problem, 'error', base, cwd)];
    case 'known': {
      const { document, problem } = replay;
      if (problem) return [problemLine(problem, 'error', base, cwd)];
      const plugins = document.entries.length + document.rejected.length;
      const warnings = newOnes(document.warnings, toldWarnings);
      return [
        {
          ...base,
          label: 'read',
          tone: 'plain',
          text: `${shortPath(document.file, cwd)}, ${plugins} ${plugins === 1 ? 'plugin' : 'plugins'}`,
          more: [],
        },
        ...warnings.map((warning) => problemLine(warning, 'warning', base, cwd)),
      ];
    }
  }
}

function newOnes(problems: readonly ErrorRecord[], told: Set<string>): readonly ErrorRecord[] {
  const news = problems.filter(({ message }) => !told.has(message));
  for (const { message } of news) told.add(message);
  return news;
}

function problemLine(
  problem: ErrorRecord,
  label: 'error' | 'warning',
  base: { readonly time: number; readonly source: string },
  cwd: string,
): RelayLine {
  const tone = label === 'error' ? 'bad' : 'warning';
  return { ...base, label, tone, text: problemHead(problem), more: problemDetails(problem, cwd) };
}

function problemHead({ code, message }: ErrorRecord): string {
  return `${code} ${message}`;
}

function eventLines(event: PluginEvent): readonly RelayLine[] {
  const base = { time: event.time, source: event.plugin, tone: 'plain', more: [] } as const;
  switch (event.kind) {
    case 'discovery':
      return event.paths.map((path, index) => {
        const detail = event.details[index];
        return {
          ...base,
          label: 'discovery',
          text: detail === undefined ? path : `${path} ${JSON.stringify(detail)}`,
        };
      });
    case 'log':
      return [{ ...base, label: event.channel, text: event.message }];
    case 'refresh-timeline':
      return [{ ...base, label: 'refresh-timeline', text: `${event.reason} (${event.paths.join(', ')})` }];
    case 'custom':
      return [{ ...base, label: event.channel, text: JSON.stringify(event.payload) ?? '' }];
  }
}

function logLine({ plugin, time, level, message, fields, dropped }: PluginLogLine): RelayLine {
  const named = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const lost = dropped ? [`(${dropped} lines dropped before this one)`] : [];
  const text = [message, ...named, ...lost].join(' ');
  return { time, source: plugin, label: level, tone: toneOfLevel[level], text, more: [] };
}

function auditLines({ time, plugin, decision, permission, method, rule }: AuditRecord): readonly RelayLine[] {
  if (decision === 'granted' || decision === 'used') return [];
  const asked = method === undefined ? permission : `${method} ${permission}`;
  return [{ time, source: plugin, label: decision, tone: 'warning', text: `${asked} (${rule})`, more: [] }];
}
