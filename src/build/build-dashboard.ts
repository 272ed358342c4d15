import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The dashboard as static files: one page, and assets whose names hold their hashes. */
await build({
  configFile: false,
  root: join(repository, 'src/dashboard'),
  base: './',
  logLevel: 'warn',
  plugins: [react()],
  build: {
    outDir: join(repository, 'generated/dashboard'),
    emptyOutDir: true,
    target: 'es2024',
    // Nothing is inlined: the policy the page is served with allows what comes from files alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
    // The layout engine is one file of that size; it is loaded in a worker, by the first statechart.
    chunkSizeWarningLimit: 2_000,
  },
});
