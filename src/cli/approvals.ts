import { type ErrorRecord, toErrorRecord } from '../core/errors.ts';
import type { PendingPermissions, Runtime } from '../index.ts';
import type { Asker, Choice } from './ask.ts';

interface ApprovalsInput {
  readonly runtime: Pick<Runtime, 'relays' | 'permissions'>;
  readonly asker: Asker;
  /** Whether there is a file that an answer for good can be written to. */
  readonly canWrite: boolean;
  /** Gives the terminal to a question, and takes it back when disposed. */
  readonly suspend: () => Disposable;
  readonly complain: (problem: ErrorRecord) => void;
  readonly signal: AbortSignal;
}

/** Asks the person at the terminal about plugins that wait, one question at a time. */
export interface Approvals extends Disposable {
  /** Resolves when nothing is left to ask. */
  idle(): Promise<void>;
}

type Answer = 'run' | 'always' | 'deny';

const denied = Symbol('denied');

export function askForApprovals(input: ApprovalsInput): Approvals {
  const { runtime, suspend, complain, signal } = input;
  const asked = new Set<string>();
  let asking: Promise<void> | undefined;

  const nextPending = (): PendingPermissions | undefined =>
    signal.aborted
      ? undefined
      : runtime.permissions.pending().find((pending) => !asked.has(questionOf(pending)));
  const askAll = async (): Promise<void> => {
    for (let pending = nextPending(); pending; pending = nextPending()) {
      asked.add(questionOf(pending));
      try {
        using _terminal = suspend();
        await settle(pending, input);
      } catch (error) {
        complain(toErrorRecord(error));
      }
    }
    asking = undefined;
  };
  const subscription = runtime.relays.pluginStatus.subscribe(() => {
    asking ??= nextPending() && askAll();
  });
  return {
    idle: async () => {
      while (asking !== undefined) await asking;
    },
    [Symbol.dispose]: () => subscription.unsubscribe(),
  };
}

/** Another set of permissions is another question; the same one is not asked twice. */
function questionOf({ id, missing, approval }: PendingPermissions): string {
  return JSON.stringify([id, missing.map(({ permission }) => permission), approval]);
}

/** Nothing is granted before everything was allowed: half of what a plugin requires is of no use to it. */
async function settle(pending: PendingPermissions, input: ApprovalsInput): Promise<void> {
  const { id, missing, widening = [] } = pending;
  const { permissions } = input.runtime;
  const run: string[] = [];
  const always: string[] = [];
  for (const { permission, reason } of missing) {
    const answer = await ask([`Plugin "${id}" requires ${permission}`, `Its author says: ${reason}`], input);
    const granted = answer === 'deny' ? denied : await scoped(permission, input);
    if (granted === denied) return;
    (answer === 'run' ? run : always).push(granted);
  }
  const upgrade =
    widening.length === 0
      ? undefined
      : await ask(
          [
            `A new version of plugin "${id}" asks for more than was approved`,
            ...widening.map(({ permission, reason }) => `${permission}: ${reason}`),
          ],
          input,
        );
  if (upgrade === 'deny') return;
  if (upgrade === 'always') await permissions.approve(id);
  if (run.length > 0 || upgrade === 'run') await permissions.lend(id, run);
  if (always.length > 0) await permissions.grant(id, always);
}

async function ask(message: readonly string[], { asker, canWrite, signal }: ApprovalsInput): Promise<Answer> {
  const forGood: Choice<Answer> = {
    answer: 'always',
    label: 'Allow always',
    hint: 'writes it into the config',
  };
  const choices: readonly Choice<Answer>[] = [
    // First, and so what a hasty Enter means.
    { answer: 'deny', label: 'Deny' },
    { answer: 'run', label: 'Allow for this run' },
    ...(canWrite ? [forGood] : []),
  ];
  return (await asker.choose(message, choices, signal)) ?? 'deny';
}

/** A scope `*` leaves it to the operator what for. */
async function scoped(
  permission: string,
  { asker, signal }: ApprovalsInput,
): Promise<string | typeof denied> {
  if (!permission.endsWith(':*')) return permission;
  const kind = permission.slice(0, -1);
  const scope = await asker.write(`For which? ${kind}`, 'a directory, channel, origin or name', signal);
  return scope === undefined ? denied : kind + scope;
}
