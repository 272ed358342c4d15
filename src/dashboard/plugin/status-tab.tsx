import type { PluginReport } from '../../wire/plugin-status.ts';

/** The status as the API tells it, for whoever writes a program against it. */
export function StatusTab({ plugin }: { readonly plugin: PluginReport }) {
  return (
    <section aria-label="Status as JSON">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="raw" tabIndex={0}>
        {JSON.stringify(plugin, undefined, 2)}
      </pre>
    </section>
  );
}
