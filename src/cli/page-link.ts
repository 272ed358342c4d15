import type { Admin } from '../admin/start-admin.ts';
import { systemClock } from '../core/clock.ts';
import { openTokens } from '../tokens.ts';

/** Tells these tokens from those somebody made on purpose. */
const tokenName = 'dashboard, by signalbox run';
const countsForMs = 7 * 24 * 60 * 60 * 1_000;
/** Pages that are open go on when the runtime is started anew, which makes a token each time. */
const keptTokens = 8;

/**
 * The address of the dashboard with a token in its fragment, which browsers send nobody. To be shown on the terminal of whoever started
 * the runtime, who may read the state folder anyway, and nowhere else.
 */
export async function pageLink({ address }: Pick<Admin, 'address'>, stateFolder: string): Promise<string> {
  const tokens = openTokens(stateFolder);
  const { token } = await tokens.create({
    name: tokenName,
    scopes: ['admin'],
    expiresAt: systemClock.now() + countsForMs,
  });
  const ours = (await tokens.list()).filter(({ name }) => name === tokenName);
  const surplus = ours.toSorted((one, other) => other.createdAt - one.createdAt).slice(keptTokens);
  for (const { id } of surplus) await tokens.revoke(id);
  return `${address}/#token=${token}`;
}
