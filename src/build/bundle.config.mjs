/** For jco's bundler: interfaces of the host are imports of the component, not modules to look for. */
// biome-ignore lint/style/noDefaultExport: the bundler reads this one.
export default { external: [/^signalbox:/] };
