import { addressOf, type JournalTab, journalTabs } from '../routing.ts';
import { AuditList } from './audit-list.tsx';
import { LifecycleList } from './lifecycle-list.tsx';

const titles: Readonly<Record<JournalTab, string>> = { lifecycles: 'Lifecycles', audit: 'Audit' };

/** What happened: to plugins, and to what they may do. */
export function JournalPage({ tab }: { readonly tab: JournalTab }) {
  return (
    <div className="page">
      <div className="page-head">
        <h1>Journal</h1>
      </div>
      <nav className="tabs" aria-label="Journal of">
        {journalTabs.map((each) => (
          <a
            key={each}
            href={addressOf({ page: 'journal', tab: each })}
            aria-current={each === tab ? 'page' : undefined}
          >
            {titles[each]}
          </a>
        ))}
      </nav>
      {tab === 'audit' ? <AuditList /> : <LifecycleList />}
    </div>
  );
}
