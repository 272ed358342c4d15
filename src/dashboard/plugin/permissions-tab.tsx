import { useEffect, useRef, useState } from 'react';
import { type PermissionReport, permissionReportsSchema } from '../../wire/permissions.ts';
import type { PluginReport } from '../../wire/plugin-status.ts';
import { problemIn } from '../api/client.ts';
import { useIsLive, useLive, useLiveClient } from '../live/live-context.ts';
import { useRemote } from '../live/use-remote.ts';
import { bytesText } from '../parts/figures.ts';
import { Empty, Loading, ProblemNotice } from '../parts/remote-view.tsx';
import { dayText } from '../parts/times.ts';
import { useToast } from '../parts/toasts.tsx';
import { GrantForm, type GrantWish } from './grant-form.tsx';

/** What it wants and why, what it was given, and the buttons that change it. */
export function PermissionsTab({ plugin }: { readonly plugin: PluginReport }) {
  const { id } = plugin;
  const { board } = useLive();
  const change = useChange(id);
  const [changes, setChanges] = useState(0);
  const reports = useRemote(
    `permissions ${id}`,
    (client, signal) => client.get('/permissions', permissionReportsSchema, signal),
    // Uses of a lease count up.
    { everyMs: 2_000, mark: `${changes} ${board.config.fingerprint} ${plugin.since} ${plugin.phase}` },
  );
  if (reports.state === 'loading') return <Loading what="Permissions" />;
  if (reports.state === 'failed') {
    const isUnserved = reports.problem.status === 404;
    if (!isUnserved) return <ProblemNotice problem={reports.problem} />;
    return <Empty>This runtime does not serve permissions. Edit them in the config file.</Empty>;
  }
  const report = reports.value.plugins.find((each) => each.id === id);
  if (!report)
    return <Empty>No entry of the config names it, so nothing can be granted yet. Enable it first.</Empty>;
  const act = async (path: string, body?: object, said?: string): Promise<void> => {
    await change(path, body, said);
    setChanges((count) => count + 1);
  };
  return <Report report={report} act={act} />;
}

type Act = (path: string, body?: object, said?: string) => Promise<void>;

function Report({ report, act: change }: { readonly report: PermissionReport; readonly act: Act }) {
  const { wants, grants, approval, policy } = report;
  const isLive = useIsLive();
  const title = useRef<HTMLHeadingElement>(null);
  const hasActed = useRef(false);
  // A button that did its work is gone, and the focus with it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is another report
  useEffect(() => {
    if (!hasActed.current || document.activeElement !== document.body) return;
    hasActed.current = false;
    title.current?.focus();
  }, [report]);
  const act: Act = (...wish) => {
    hasActed.current = true;
    return change(...wish);
  };
  const grant = ({ permission, hours, calls }: GrantWish) =>
    act(
      'grant',
      {
        permissions: [permission],
        ...(hours !== undefined && { expires_at: Date.now() + hours * 3_600_000 }),
        ...(calls !== undefined && { calls }),
      },
      `Granted ${permission}`,
    );
  return (
    <div className="permissions">
      {approval !== undefined && (
        <div className="notice notice-waiting">
          <p>
            <strong>This version asks for more than was approved before.</strong> Approving accepts that it
            asks; it grants nothing by itself.
          </p>
          <button
            type="button"
            className="button primary"
            disabled={!isLive}
            onClick={() => void act('approve', undefined, 'Approved')}
          >
            Approve
          </button>
        </div>
      )}
      <section aria-labelledby="wants-title">
        <h2 id="wants-title" ref={title} tabIndex={-1}>
          What it asks for
        </h2>
        <p className="muted">Within the policy {policy}.</p>
        {wants.length === 0 ? (
          <p className="muted">Nothing.</p>
        ) : (
          <ul className="wants">
            {wants.map(({ permission, reason, isOptional, state, rule }) => (
              <li key={permission} className={`want want-${state}`}>
                <div>
                  <p>
                    <code>{permission}</code>{' '}
                    <span className={`want-state want-state-${state}`}>{stateTexts[state]}</span>
                    {isOptional && <span className="muted"> optional</span>}
                  </p>
                  <p>{reason}</p>
                  <p className="muted">{rule}</p>
                </div>
                {(state === 'missing' || state === 'withheld') && (
                  <GrantForm permission={permission} onGrant={(wish) => void grant(wish)} />
                )}
              </li>
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="grants-title">
        <h2 id="grants-title">What was granted</h2>
        {grants.length === 0 ? (
          <p className="muted">Nothing. It can compute and be called, and touch nothing.</p>
        ) : (
          <ul className="wants">
            {grants.map(({ permission, by, isAskedFor, lease }) => (
              <li key={`${by} ${permission}`} className="want">
                <div>
                  <p>
                    <code>{permission}</code>
                    {!isAskedFor && <span className="muted"> it does not ask for this</span>}
                  </p>
                  <p className="muted">
                    {sourceTexts[by]}
                    {lease?.ended !== undefined && `: ${lease.ended}`}
                    {lease?.expiresAt !== undefined && `, until ${dayText(lease.expiresAt)}`}
                    {lease?.calls !== undefined && `, ${lease.used.calls} of ${lease.calls} uses made`}
                    {lease?.bytes !== undefined &&
                      `, ${bytesText(lease.used.bytes)} of ${bytesText(lease.bytes)} moved`}
                  </p>
                </div>
                {by !== 'watch' && (
                  <button
                    type="button"
                    className="button danger"
                    aria-label={`Revoke ${permission}`}
                    disabled={!isLive}
                    onClick={() => void act('revoke', { permissions: [permission] }, `Revoked ${permission}`)}
                  >
                    Revoke
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

const stateTexts: Readonly<Record<PermissionReport['wants'][number]['state'], string>> = {
  granted: '✓ granted',
  leased: '◷ lent',
  missing: '✕ missing',
  withheld: '– does without',
  forbidden: '⊘ forbidden',
  waiting: '? waits for approval',
};

const sourceTexts: Readonly<Record<PermissionReport['grants'][number]['by'], string>> = {
  permissions: 'By a line in its entry',
  watch: 'By the directories it may watch',
  lease: 'Lent',
};

function useChange(id: string): Act {
  const live = useLiveClient();
  const toast = useToast();
  return async (path, body, said) => {
    try {
      const { state, phase } = await live.client.command(
        `/permissions/${encodeURIComponent(id)}/${path}`,
        body,
      );
      const place = phase === undefined ? state : `${state}, ${phase}`;
      toast({ text: `${said}; ${id} is ${place}`, tone: 'fine' });
    } catch (thrown) {
      const { message, hint } = problemIn(thrown);
      toast({ text: hint === undefined ? message : `${message}. ${hint}`, tone: 'bad' });
    }
  };
}
