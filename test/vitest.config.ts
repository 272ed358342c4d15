import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests that start processes or measure time: one file at a time, after all others, so that they do not disturb each other. */
const alone = ['test/{contract,e2e,faults,sandbox,soak,zoo}/**/*.test.ts', 'test/dashboard/*.test.ts'];

/** Where to write the results as JSON, beside what is printed; `.ci/run` counts them. */
const { TEST_REPORT: reportFile } = process.env;

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    environment: 'node',
    pool: 'forks',
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    ...(reportFile && { reporters: ['default', ['json', { outputFile: reportFile }]] }),
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, 'test/{bench,fixtures}/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'processes', include: alone, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
