import type { ReactNode } from 'react';
import type { ApiProblem } from '../api/client.ts';
import { useLive } from '../live/live-context.ts';
import type { Remote } from '../live/use-remote.ts';

interface RemoteViewProps<Value> {
  readonly remote: Remote<Value>;
  /** `The log`: for while it loads. */
  readonly what: string;
  readonly children: (value: Value) => ReactNode;
}

/** Something asked of the API, or that it is asked for, or why it did not come. */
export function RemoteView<Value>({ remote, what, children }: RemoteViewProps<Value>) {
  switch (remote.state) {
    case 'loading':
      return <Loading what={what} />;
    case 'failed':
      return <ProblemNotice problem={remote.problem} />;
    case 'ready':
      return children(remote.value);
  }
}

export function Loading({ what }: { readonly what: string }) {
  const { link } = useLive();
  if (link.state === 'lost') return <Empty>{what} is asked for when the runtime is back.</Empty>;
  return (
    <p className="loading" role="status">
      <span className="loading-mark" aria-hidden="true" />
      {what} is loading
    </p>
  );
}

export function ProblemNotice({ problem }: { readonly problem: ApiProblem }) {
  return (
    <div className="notice notice-error" role="alert">
      <p>{problem.message}</p>
      {problem.hint !== undefined && <p className="hint">{problem.hint}</p>}
    </div>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <div className="empty">{children}</div>;
}
