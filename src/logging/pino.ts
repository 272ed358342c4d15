import type { Logger } from 'pino';
import type { Observable, Subscription } from 'rxjs';
import type { PluginLogLine } from '../../relays/plugin-log.ts';

export interface PinoOptions {
  /** Values that must not reach the log: tokens, passwords. They are replaced wherever they occur in a line. */
  readonly secrets?: readonly string[];
}

const redacted = '[redacted]';

/**
 * Writes plugins' lines to a pino logger, through one child logger for each plugin. A plugin's fields lie below `fields`, so that
 * none can pass for `level` or `time`. Ends when the relay completes, or by `unsubscribe`.
 */
export function logToPino(
  lines: Observable<PluginLogLine>,
  logger: Logger,
  { secrets = [] }: PinoOptions = {},
): Subscription {
  const children = new Map<string, Logger>();
  const childOf = (plugin: string): Logger => {
    const known = children.get(plugin);
    if (known) return known;
    const child = logger.child({ plugin });
    children.set(plugin, child);
    return child;
  };
  const hidden = secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  return lines.subscribe(({ plugin, level, message, fields, dropped }) => {
    const beside = {
      ...(Object.keys(fields).length > 0 && { fields: redactJson(fields, hidden) }),
      ...(dropped !== undefined && { dropped }),
    };
    childOf(plugin)[level](beside, redactText(message, hidden));
  });
}

function redactText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, redacted), text);
}

function redactJson(value: unknown, secrets: readonly string[]): unknown {
  if (secrets.length === 0) return value;
  if (typeof value === 'string') return redactText(value, secrets);
  if (Array.isArray(value)) return value.map((part) => redactJson(part, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(
      ([key, part]) => [redactText(key, secrets), redactJson(part, secrets)] as const,
    ),
  );
}
