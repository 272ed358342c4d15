import { inCall, returns, type ZooGuest } from '../guest.ts';

const storage = { permissions: ['storage:read:own', 'storage:write:own'] };
const at = (space: string, key = 'key', bytes = 1) => ({ space, key, bytes });

/** Guests that want what is the host's: its disk, its variables, its memory for numbers, its system. */
export const hostsOwnGuests: readonly ZooGuest[] = [
  {
    id: 'foreign-spaces',
    does: 'stores in spaces it was not granted, however they are spelled',
    artifact: { script: 'stores' },
    ...storage,
    args: [[at('other'), at('../own'), at('own/x'), at(''), at('OWN'), at('own')]],
    strikes: 'call',
    rule: 'grants',
    end: returns(['denied', 'invalid', 'invalid', 'invalid', 'invalid', 1]),
  },
  {
    id: 'hostile-keys',
    does: 'stores under keys that are code elsewhere',
    artifact: { script: 'stores' },
    ...storage,
    args: [
      [
        at('own', '__proto__'),
        at('own', "'; DROP TABLE items; --"),
        at('own', 'a\0b'),
        at('own', ''),
        at('own', 'x'.repeat(1_000)),
      ],
    ],
    strikes: 'call',
    rule: 'key grammar, prepared statements',
    end: returns([1, 1, 'invalid', 'invalid', 'invalid']),
  },
  {
    id: 'fills-storage',
    does: 'stores until it is told to stop',
    artifact: { script: 'fills-storage' },
    ...storage,
    strikes: 'call',
    rule: 'storage_bytes',
    limits: { storage_bytes: 300_000 },
    end: returns('quota-exceeded'),
  },
  {
    id: 'reads-environment',
    does: "reads the host's variables",
    artifact: { script: 'environment' },
    permissions: ['env:read:ZOO_GRANTED'],
    args: [['PATH', 'HOME', 'path', '__proto__', '', 'ZOO_GRANTED']],
    strikes: 'call',
    rule: 'grants',
    end: returns(['denied', 'denied', 'denied', 'denied', 'denied', 'unset']),
  },
  {
    id: 'random-bomb',
    does: 'asks for 4 GB of random bytes',
    artifact: { script: 'random-bomb' },
    permissions: ['random'],
    strikes: 'call',
    rule: '64 KiB a call',
    end: inCall('GUEST_TRAPPED'),
  },
  {
    id: 'metrics-flood',
    does: 'counts under 300 labels',
    artifact: { script: 'metrics-flood' },
    permissions: ['metrics'],
    strikes: 'call',
    rule: 'series',
    end: returns('flooded'),
  },
  {
    id: 'wasi-environment',
    does: 'asks WASI for the environment',
    artifact: { component: 'wasi-environment' },
    strikes: 'call',
    rule: 'virtual WASI',
    end: returns(0),
  },
  {
    id: 'wasi-directories',
    does: 'asks WASI for open directories',
    artifact: { component: 'wasi-directories' },
    strikes: 'call',
    rule: 'virtual WASI',
    end: returns(0),
  },
  {
    id: 'wasi-exit',
    does: 'ends the process by WASI',
    artifact: { component: 'wasi-exit' },
    strikes: 'call',
    rule: 'virtual WASI',
    end: inCall('GUEST_EXITED'),
  },
];
