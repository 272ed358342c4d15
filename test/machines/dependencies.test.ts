import { expect, test } from 'vitest';
import { type Candidate, type Dependencies, unmetDependency } from '../../actors/dependencies.ts';
import { parsePluginId } from '../../src/core/ids.ts';

const candidates: Readonly<Record<string, Candidate>> = {
  base: { isEnabled: true, version: '1.4.0' },
  off: { isEnabled: false, version: '1.0.0' },
  loading: { isEnabled: true },
};

const table: readonly { wants: Dependencies; problem: string | undefined }[] = [
  { wants: [], problem: undefined },
  { wants: [{ id: 'base' }], problem: undefined },
  { wants: [{ id: 'base', version: '^1.2' }], problem: undefined },
  { wants: [{ id: 'loading', version: '^9' }], problem: undefined },
  { wants: [{ id: 'absent', optional: true }], problem: undefined },
  { wants: [{ id: 'absent' }], problem: 'Plugin "a" requires "absent", which no entry has' },
  { wants: [{ id: 'base' }, { id: 'off' }], problem: 'Plugin "a" requires "off", which is disabled' },
  {
    wants: [{ id: 'base', version: '^2' }],
    problem: 'Plugin "a" requires "base", which is version 1.4.0, not "^2"',
  },
  {
    wants: [{ id: 'base', version: 'newest' }],
    problem: 'Plugin "a" requires "base", which is wanted in a version nobody understands: "newest"',
  },
];

test.each(table)('$wants: $problem', ({ wants, problem }) => {
  expect(unmetDependency(parsePluginId('a'), wants, (id) => candidates[id])?.message).toBe(problem);
});
