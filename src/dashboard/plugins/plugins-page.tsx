import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { PluginState } from '../../wire/plugin-status.ts';
import { useLive } from '../live/live-context.ts';
import { Empty, Loading } from '../parts/remote-view.tsx';
import { ConfigNotices } from './config-notices.tsx';
import { countByState, filteredPlugins } from './plugin-filter.ts';
import { PluginList } from './plugin-list.tsx';

const states: readonly PluginState[] = ['Ready', 'Loading', 'Error', 'Disabled'];

export function PluginsPage() {
  const { board } = useLive();
  const { plugins, latest, phase } = board;
  const [text, setText] = useState('');
  const [state, setState] = useState<PluginState>();
  // Typing is never held up by a thousand rows.
  const shownText = useDeferredValue(text);
  const counts = useMemo(() => countByState(plugins.values()), [plugins]);
  const shown = useMemo(
    () => filteredPlugins(plugins.values(), latest, { text: shownText, state }),
    [plugins, latest, shownText, state],
  );
  const search = useRef<HTMLInputElement>(null);
  useSlash(search);

  return (
    <div className="page">
      <div className="page-head">
        <h1>Plugins</h1>
        <ul className="chips" aria-label="Filter by state">
          {states.map((each) => (
            <li key={each}>
              <button
                type="button"
                className="chip"
                aria-pressed={state === each}
                onClick={() => setState(state === each ? undefined : each)}
              >
                {each} <span className="chip-count">{counts.get(each) ?? 0}</span>
              </button>
            </li>
          ))}
        </ul>
        <input
          ref={search}
          type="search"
          className="search"
          aria-label="Filter plugins"
          aria-keyshortcuts="/"
          placeholder="Filter by id, state or message"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <ConfigNotices />
      {phase === 'loading' ? (
        <Loading what="The config" />
      ) : plugins.size === 0 ? (
        <Empty>
          <h2>No plugins yet</h2>
          <p>Add an entry to the config file; it appears here as soon as the file is saved.</p>
          <pre>{exampleEntry}</pre>
        </Empty>
      ) : shown.length === 0 ? (
        <Empty>
          <p>No plugin fits this filter.</p>
          <button
            type="button"
            className="button"
            onClick={() => {
              setText('');
              setState(undefined);
            }}
          >
            Show all {plugins.size}
          </button>
        </Empty>
      ) : (
        <PluginList plugins={shown} latest={latest} />
      )}
      <p className="visually-hidden" role="status">
        {shown.length} of {plugins.size} plugins
      </p>
    </div>
  );
}

const exampleEntry = `[[plugins.entries]]
id = "my.plugin"
enabled = true
artifact_path = "plugins/my_plugin"`;

/** `/` goes to the filter, as in many programs. */
function useSlash(search: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const focus = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      if (event.target instanceof HTMLTextAreaElement) return;
      event.preventDefault();
      search.current?.focus();
    };
    globalThis.addEventListener('keydown', focus);
    return () => globalThis.removeEventListener('keydown', focus);
  }, [search]);
}
