import { useEffect, useRef } from 'react';
import { useLive } from './live/live-context.ts';
import { Brand } from './parts/brand.tsx';
import { LinkState } from './parts/link-state.tsx';
import { useTheme } from './parts/theme.ts';
import { PluginPage } from './plugin/plugin-page.tsx';
import { PluginsPage } from './plugins/plugins-page.tsx';
import { addressOf, type Place } from './routing.ts';
import { JournalPage } from './system/journal-page.tsx';
import { SystemPage } from './system/system-page.tsx';
import { usePlace } from './use-place.ts';

const sections = [
  ['Plugins', { page: 'plugins' }],
  ['System', { page: 'system' }],
  ['Journal', { page: 'journal', tab: 'lifecycles' }],
] as const;

export function Shell({ onSignOut }: { readonly onSignOut: () => void }) {
  const place = usePlace();
  const { link } = useLive();
  const [theme, nextTheme] = useTheme();
  const main = useRef<HTMLElement>(null);
  const current = place.page === 'plugin' ? 'plugins' : place.page;
  const heading = titleOf(place);
  const isFirst = useRef(true);
  // The link that led here is gone with its page. Keys go on from the content, and screen readers tell of it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each other page
  useEffect(() => {
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [heading]);
  useEffect(() => {
    document.title = `${heading} · Signalbox`;
  }, [heading]);

  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header className="bar">
        <Brand />
        <nav aria-label="Sections" className="sections">
          {sections.map(([title, to]) => (
            <a key={title} href={addressOf(to)} aria-current={current === to.page ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <LinkState />
        <button type="button" className="button quiet" onClick={nextTheme}>
          <span className="visually-hidden">Theme: </span>
          <span aria-hidden="true">◐</span> {theme}
        </button>
        <button type="button" className="button quiet sign-out" onClick={onSignOut}>
          Sign out
        </button>
      </header>
      <main ref={main} id="content" tabIndex={-1} data-link={link.state}>
        <Page place={place} />
      </main>
    </>
  );
}

function Page({ place }: { readonly place: Place }) {
  switch (place.page) {
    case 'plugins':
      return <PluginsPage />;
    case 'plugin':
      return <PluginPage key={place.id} id={place.id} tab={place.tab} />;
    case 'system':
      return <SystemPage />;
    case 'journal':
      return <JournalPage key={place.tab} tab={place.tab} />;
    case 'unknown':
      return (
        <div className="empty">
          <h1>There is no such page</h1>
          <p>
            <a href="#/">All plugins</a>
          </p>
        </div>
      );
  }
}

function titleOf(place: Place): string {
  if (place.page === 'plugin') return place.id;
  return sections.find(([, { page }]) => page === place.page)?.[0] ?? 'Not found';
}
