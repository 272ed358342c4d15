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

type Change = { readonly paths: readonly string[]; readonly overflow: boolean };

/** `signalbox:plugin/watch`: changes below granted directories become `filesystem-change` events. */
export function wireWatch(context: WiringContext): Readonly<Record<string, HostFunction>> {
  const { fileWatcher, fileRate, walk, access, resources } = context;
  const subscriptions = new Map<bigint, AsyncDisposable>();

  resources.defer(async () => {
    const open = [...subscriptions.values()];
    subscriptions.clear();
    await Promise.all(open.map((subscription) => subscription[Symbol.asyncDispose]()));
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
  const report = async (subscription: bigint, watched: readonly Watched[], change: Change): Promise<void> => {
    const inside: Watched[] = [];
    for (const directory of watched) if (await isInside(directory)) inside.push(directory);
    if (!subscriptions.has(subscription) || inside.length === 0) return;
    const { paths, overflow } = guestPaths(inside, change, context.limits.message_bytes);
    if (paths.length === 0 && !overflow) return;
    context.deliver({ tag: 'filesystem-change', val: { subscription, paths, overflow } });
  };

  return {
    async subscribe(args) {
      const [directories, debounceMs] = readSubscribeArguments(args);
      if (subscriptions.size >= maxSubscriptions || directories.length > maxDirectories)
        return refused({ tag: 'too-many' });
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
      let reporting: Promise<void> = Promise.resolve();
      const watching = fileWatcher.watch({
        paths: watched.map(({ absolute }) => absolute),
        debounceMs: Math.min(Math.max(debounceMs, minDebounceMs), maxDebounceMs),
        onChange: (change) => {
          // Batches of one subscription keep their order.
          reporting = reporting
            .then(() => report(subscription, watched, change))
            .catch((error: unknown) => tell(toErrorRecord(error)));
        },
        onError: tell,
      });
      subscriptions.set(subscription, watching);
      return returned(subscription);
    },

    async unsubscribe(args) {
      const [subscription] = readUnsubscribeArguments(args);
      const watching = subscriptions.get(subscription);
      subscriptions.delete(subscription);
      await watching?.[Symbol.asyncDispose]();
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
function guestPaths(watched: readonly Watched[], change: Change, maxMessageBytes: number): Change {
  const all = new Set(
    change.paths.flatMap((path) => watched.flatMap((directory) => guestPath(directory, path) ?? [])),
  );
  const paths: string[] = [];
  // Half is left for the message around them.
  let room = maxMessageBytes / 2;
  for (const path of [...all].sort()) {
    room -= Buffer.byteLength(path);
    if (room < 0) break;
    paths.push(path);
  }
  return { paths, overflow: change.overflow || paths.length < all.size };
}

function guestPath({ absolute, path }: Watched, changed: string): string | undefined {
  const rest = relative(absolute, changed);
  if (isAbsolute(rest)) return undefined;
  const components = rest === '' ? [] : rest.split(sep);
  return components.every((component) => componentProblem(component) === undefined)
    ? joinBelow(path, components)
    : undefined;
}
