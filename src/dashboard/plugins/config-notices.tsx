import { useLive } from '../live/live-context.ts';
import { ErrorNotice } from '../parts/error-notice.tsx';

/** What is wrong with the config file, or with what lies beside it, while what ran before goes on. */
export function ConfigNotices() {
  const { config, discoveryProblems } = useLive().board;
  const problems = [...(config.problem ? [config.problem] : []), ...discoveryProblems];
  return (
    <>
      {config.phase === 'missing' && (
        <div className="notice notice-error" role="alert">
          There is no config file. Plugins start as soon as it is there.
        </div>
      )}
      {problems.map((problem) => (
        <ErrorNotice key={`${problem.code} ${problem.message}`} error={problem} />
      ))}
    </>
  );
}
