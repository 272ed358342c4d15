import { randomInt } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import Type from 'typebox';
import { type ErrorRecord, toErrorRecord } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { componentProblem, joinBelow } from '../permissions/paths.ts';
import type { HostFunction } from '../ports/host-imports.ts';
import { argumentReader, u32, u64 } from './arguments.ts';
import { inaccessible, type Located, locate } from './guest-path.ts';
import { refused, returned } from './replies.ts';
import { meansAbsent } from './system-errors.ts';
import type { WiringContext } from './wiring-context.ts';

export const maxSubscriptions = 64;
const maxDirectories = 64;
const minDebounceMs = 50;
/** A plugin that wants its events later than that polls. */
const maxDebounceMs = 60_000;

const readSubscribeArguments = argumentReader('subscribe', Type.Tuple([Type.Array(Type.String()), u32]));
const readUnsubscribeArguments = argumentReader('unsubscribe', Type.Tuple([u64]));

/** A directory as its subscriber and as the disk names it. */
interface Watched extends Located {
  readonly absolute: string;
}

/** What one subscription watches, as long as it is allowed. */
interface Subscription {
  readonly watched: readonly Watched[];
  readonly debounceMs: number;
  readonly watching: AsyncDisposable;
}

type Change = { readonly paths: readonly string[]; readonly overflow: boolean };

/** `signalbox:plugin/watch`: changes below granted directories become `filesystem-change` events. */
export function wireWatch(context: WiringContext): Readonly<Record<string, HostFunction>> {
  const { fileWatcher, fileRate, walk, access, resources, tellLimit } = context;
  const subscriptions = new Map<bigint, Subscription>();

  resources.defer(async () => {
    const open = [...subscriptions.values()];
    subscriptions.clear();
    await Promise.all(open.map(({ watching }) => watching[Symbol.asyncDispose]()));
  });

  const isInside = async ({ root, components, needed }: Watched): Promise<boolean> => {
    const opening = await walk.open(root, components);
    if (opening.outcome === 'opened') {
      const isLink = opening.opened.stat.isSymbolicLink();
      await opening.opened[Symbol.asyncDispose]();
      if (isLink) access.deny(needed, 'A symbolic link leads there');
      return !isLink;
    }
    if (opening.outcome === 'refused') access.deny(needed, opening.rule);
    // What is not there yet may appear later.
    return opening.outcome === 'absent';
  };

  const tell = ({ code, message }: ErrorRecord): void => {
    const { entry, clock, publish } = context;
    publish.log({
      plugin: entry.id,
      time: clock.now(),
      level: 'warn',
      message: printable(message),
      fields: { code },
    });
  };

  /** The watcher would follow a link above the directory that was put there since; so each batch looks again. */
  const report = async (subscription: bigint, change: Change): Promise<void> => {
    const { watched = [] } = subscriptions.get(subscription) ?? {};
    const inside: Watched[] = [];
    for (const directory of watched) if (await isInside(directory)) inside.push(directory);
    if (!subscriptions.has(subscription)) return;
    const allowed = inside.filter(isStillAllowed);
    if (allowed.length === 0) return;
    const { paths, overflow } = guestPaths(allowed, change, context.limits.message_bytes, access);
    if (paths.length > 0 || overflow)
      context.deliver({ tag: 'filesystem-change', val: { subscription, paths, overflow } });
  };

  /** Watches for a subscription; batches keep their order. */
  const watchFor = (
    subscription: bigint,
    watched: readonly Watched[],
    debounceMs: number,
  ): AsyncDisposable => {
    let reporting: Promise<void> = Promise.resolve();
    return fileWatcher.watch({
      paths: watched.map(({ absolute }) => absolute),
      debounceMs: Math.min(Math.max(debounceMs, minDebounceMs), maxDebounceMs),
      onChange: (change) => {
        reporting = reporting
          .then(() => report(subscription, change))
          .catch((error: unknown) => tell(toErrorRecord(error)));
      },
      onError: tell,
    });
  };

  const isStillAllowed = ({ decision, needed }: Watched): boolean => access.holds(decision, needed);
  /** What a lease gave that ended is not watched any longer. What changes meanwhile in the rest of its directories is an overflow. */
  access.leases.onExpiry(() => {
    for (const [subscription, { watched, debounceMs, watching }] of subscriptions) {
      const left = watched.filter(isStillAllowed);
      if (left.length === watched.length) continue;
      void watching[Symbol.asyncDispose]();
      subscriptions.delete(subscription);
      if (left.length === 0) continue;
      subscriptions.set(subscription, {
        watched: left,
        debounceMs,
        watching: watchFor(subscription, left, debounceMs),
      });
      context.deliver({ tag: 'filesystem-change', val: { subscription, paths: [], overflow: true } });
    }
  });

  return {
    async subscribe(args) {
      const [directories, debounceMs] = readSubscribeArguments(args);
      if (subscriptions.size >= maxSubscriptions || directories.length > maxDirectories) {
        tellLimit({ name: 'subscriptions', reached: subscriptions.size + 1, allowed: maxSubscriptions });
        return refused({ tag: 'too-many' });
      }
      // The WIT has no other word for too many in one second.
      if (!fileRate.take(1 + directories.length)) return refused({ tag: 'too-many' });
      if (directories.length === 0) return refused({ tag: 'invalid-path', val: 'No directory was named' });

      const watched: Watched[] = [];
      for (const directory of directories) {
        const located = locate(directory, 'watch', context);
        if (located.outcome === 'refused') return refused(located.error);
        watched.push({ ...located, absolute: join(await realRoot(located.root), ...located.components) });
      }
      for (const directory of watched) {
        if (!(await isInside(directory))) return refused(inaccessible(directory.needed));
      }
      if (resources.disposed || subscriptions.size >= maxSubscriptions) return refused({ tag: 'too-many' });

      const subscription = drawSubscription();
      subscriptions.set(subscription, {
        watched,
        debounceMs,
        watching: watchFor(subscription, watched, debounceMs),
      });
      return returned(subscription);
    },

    async unsubscribe(args) {
      const [subscription] = readUnsubscribeArguments(args);
      const closed = subscriptions.get(subscription);
      subscriptions.delete(subscription);
      await closed?.watching[Symbol.asyncDispose]();
      return returned();
    },
  };
}

/** Drawn, not counted: whoever holds one was given it. 48 bits, for a script to whom it is a number. */
function drawSubscription(): bigint {
  return BigInt(randomInt(1, 2 ** 48 - 1));
}

/** A granted root may be a link of the operator's; the watcher follows none, so it gets the place itself. */
async function realRoot(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch (error) {
    if (meansAbsent(error)) return root;
    throw error;
  }
}

/** Changed paths as the guest names them, as many as fit into a message. Names outside the path grammar are left out. */
function guestPaths(
  watched: readonly Watched[],
  change: Change,
  maxMessageBytes: number,
  access: WiringContext['access'],
): Change {
  // A policy may deny what lies deeper.
  const named = (directory: Watched, changed: string): readonly string[] => {
    const path = guestPath(directory, changed);
    return path !== undefined && access.holds(directory.decision, { kind: 'watch', scope: path })
      ? [path]
      : [];
  };
  const all = new Set(change.paths.flatMap((path) => watched.flatMap((directory) => named(directory, path))));
  const paths: string[] = [];
  // Half is left for the message around them.
  let room = maxMessageBytes / 2;
  for (const path of [...all].sort()) {
    room -= Buffer.byteLength(path);
    if (room < 0) break;
    paths.push(path);
  }
  return { paths, overflow: change.overflow || room < 0 };
}

function guestPath({ absolute, path }: Watched, changed: string): string | undefined {
  const rest = relative(absolute, changed);
  if (isAbsolute(rest)) return undefined;
  const components = rest === '' ? [] : rest.split(sep);
  return components.every((component) => componentProblem(component) === undefined)
    ? joinBelow(path, components)
    : undefined;
}
