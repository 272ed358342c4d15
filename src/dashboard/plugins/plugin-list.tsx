import { type FocusEvent, type KeyboardEvent, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { PluginReport } from '../../wire/plugin-status.ts';
import type { LogLine } from '../../wire/records.ts';
import { PluginRow } from './plugin-row.tsx';
import { useRowsInSight } from './use-rows-in-sight.ts';

interface PluginListProps {
  readonly plugins: readonly PluginReport[];
  readonly latest: ReadonlyMap<string, LogLine>;
}

/** As long as all its rows together, with only those in sight in it, and the one that has the focus. Arrow keys go from row to row. */
export function PluginList({ plugins, latest }: PluginListProps) {
  const list = useRef<HTMLUListElement>(null);
  const { first, end } = useRowsInSight(list, plugins.length);
  /** Id of the row that stays when it is scrolled out of sight: focus is not lost with it. */
  const [held, setHeld] = useState<string>();
  const heldAt = held === undefined ? -1 : plugins.findIndex(({ id }) => id === held);

  const hold = ({ target }: FocusEvent): void => setHeld(rowOf(target)?.dataset['plugin']);
  const moveFocus = (event: KeyboardEvent): void => {
    if (!(event.target instanceof Element && event.target.classList.contains('plugin-name'))) return;
    const next = { ArrowDown: heldAt + 1, ArrowUp: heldAt - 1, Home: 0, End: plugins.length - 1 }[event.key];
    const id = next === undefined ? undefined : plugins[next]?.id;
    if (id === undefined) return;
    event.preventDefault();
    // It must be there to be given the focus.
    flushSync(() => setHeld(id));
    list.current?.querySelector<HTMLElement>(`[data-plugin="${CSS.escape(id)}"] .plugin-name`)?.focus();
  };

  return (
    <ul
      ref={list}
      className="plugin-list"
      style={{ height: `calc(var(--row) * ${plugins.length})` }}
      onFocus={hold}
      onKeyDown={moveFocus}
    >
      {plugins.map((plugin, at) => {
        const isDrawn = (at >= first && at < end) || at === heldAt;
        if (!isDrawn) return null;
        return (
          <PluginRow
            key={plugin.id}
            plugin={plugin}
            line={latest.get(plugin.id)}
            at={at}
            count={plugins.length}
          />
        );
      })}
    </ul>
  );
}

function rowOf(target: Element): HTMLElement | null {
  return target.closest<HTMLElement>('.plugin-row');
}
