import { describe, expect, test } from 'vitest';
import { judgeWants, wantsFingerprint } from '../../src/permissions/wants.ts';

const asking = (...wants: readonly string[]) => ({
  permissions: wants.map((want) => ({ want, reason: '' })),
});

interface Row {
  readonly title: string;
  readonly approved: readonly string[] | undefined;
  readonly wants: readonly string[];
  readonly granted: readonly string[];
  readonly waiting: readonly string[];
  /** Absent: nothing new to remember. */
  readonly remembered?: readonly string[];
}

const rows: readonly Row[] = [
  {
    title: 'the first load approves',
    approved: undefined,
    wants: ['log', 'random'],
    granted: ['log'],
    waiting: [],
    remembered: ['log', 'random'],
  },
  {
    title: 'asking for nothing is remembered too',
    approved: undefined,
    wants: [],
    granted: [],
    waiting: [],
    remembered: [],
  },
  { title: 'the same again', approved: ['log'], wants: ['log'], granted: ['log'], waiting: [] },
  { title: 'asking for less', approved: ['log', 'random'], wants: ['log'], granted: ['log'], waiting: [] },
  {
    title: 'asking within what was approved',
    approved: ['fs:read:a'],
    wants: ['fs:read:a/b'],
    granted: ['fs:read:a'],
    waiting: [],
  },
  {
    title: 'more, and a line that nobody asked for would give it',
    approved: ['log'],
    wants: ['log', 'random'],
    granted: ['log', 'random'],
    waiting: ['random'],
  },
  {
    title: 'more, and nothing gives it: a later grant is the answer',
    approved: ['log'],
    wants: ['log', 'random'],
    granted: ['log'],
    waiting: [],
    remembered: ['log', 'random'],
  },
  {
    title: 'any path where one was approved, and others are granted',
    approved: ['fs:read:a'],
    wants: ['fs:read:*'],
    granted: ['fs:read:a', 'fs:read:b'],
    waiting: ['fs:read:*'],
  },
  {
    title: 'any path where one was approved, and no other is granted',
    approved: ['fs:read:a'],
    wants: ['fs:read:*'],
    granted: ['fs:read:a'],
    waiting: [],
    remembered: ['fs:read:a', 'fs:read:*'],
  },
  {
    title: 'a wider path of which a part is granted',
    approved: ['log'],
    wants: ['fs:read:a'],
    granted: ['fs:read:a/b'],
    waiting: ['fs:read:a'],
  },
  {
    title: 'one that waits keeps no other from being remembered',
    approved: [],
    wants: ['log', 'random'],
    granted: ['log'],
    waiting: ['log'],
    remembered: ['random'],
  },
];

describe('an artifact that asks', () => {
  test.each(rows)('$title', ({ approved, wants, granted, waiting, remembered }) => {
    const entry = { permissions: granted, leases: [] };
    expect(judgeWants({ manifest: asking(...wants), approved, entry })).toEqual({
      waiting,
      ...(remembered && { approved: remembered }),
    });
  });

  test('a lease counts as a grant', () => {
    const entry = { permissions: [], leases: [{ permission: 'log', calls: 1 }] };
    expect(judgeWants({ manifest: asking('log'), approved: [], entry }).waiting).toEqual(['log']);
  });

  test('what the operator approved in so many words waits no longer, and nothing else is approved by that', () => {
    const entry = { permissions: ['log', 'random'], leases: [], approved: wantsFingerprint(asking('log')) };
    expect([
      judgeWants({ manifest: asking('log'), approved: [], entry }),
      judgeWants({ manifest: asking('log', 'random'), approved: ['log'], entry }),
    ]).toEqual([{ waiting: [], approved: ['log'] }, { waiting: ['random'] }]);
  });
});
