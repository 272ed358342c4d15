import { inCall, returns, type ZooGuest } from '../guest.ts';

const fourMiB = { memory_bytes: 4 * 1024 * 1024 } as const;
/** The engine of scripts starts with about two. */
const sixteenMiB = { memory_bytes: 16 * 1024 * 1024 } as const;
const bomb = {
  strikes: 'call',
  rule: 'memory_bytes',
  limits: sixteenMiB,
  end: inCall('MEMORY_EXHAUSTED'),
} as const;

/** Guests that want more memory than they were given, in their own memory and outside of it. */
export const memoryGuests: readonly ZooGuest[] = [
  {
    id: 'memory-grow',
    does: 'takes memory until it gets no more, and goes on',
    artifact: { component: 'memory-grow' },
    strikes: 'call',
    rule: 'memory_bytes',
    limits: fourMiB,
    end: returns(49),
  },
  {
    id: 'memory-bomb',
    does: 'takes memory until it gets no more, and gives up',
    artifact: { component: 'memory-bomb' },
    strikes: 'call',
    rule: 'memory_bytes',
    limits: fourMiB,
    end: inCall('MEMORY_EXHAUSTED'),
  },
  {
    id: 'memory-at-once',
    does: 'asks for 2 GB in one go',
    artifact: { component: 'memory-at-once' },
    strikes: 'call',
    rule: 'memory_bytes',
    limits: fourMiB,
    end: returns(-1),
  },
  {
    id: 'table-grow',
    does: 'grows a table until it gets no more',
    artifact: { component: 'table-grow' },
    strikes: 'call',
    rule: 'table elements',
    end: returns(true),
  },
  {
    id: 'table-at-once',
    does: 'asks for a table of ten million',
    artifact: { component: 'table-at-once' },
    strikes: 'call',
    rule: 'table elements',
    end: returns(-1),
  },
  { id: 'string-bomb', does: 'doubles a text', artifact: { script: 'string-bomb' }, ...bomb },
  { id: 'array-bomb', does: 'fills an array with objects', artifact: { script: 'array-bomb' }, ...bomb },
  { id: 'typed-array-bomb', does: 'keeps megabytes', artifact: { script: 'typed-array-bomb' }, ...bomb },
  {
    id: 'giant-array-buffer',
    does: 'asks for 2 GB in one go',
    artifact: { script: 'giant-array-buffer' },
    ...bomb,
  },
  { id: 'promise-bomb', does: 'makes a million promises', artifact: { script: 'promise-bomb' }, ...bomb },
  {
    id: 'survives-memory',
    does: 'takes all memory, catches the complaint and goes on',
    artifact: { script: 'survives-memory' },
    strikes: 'call',
    rule: 'memory_bytes',
    limits: sixteenMiB,
    end: returns('still here'),
  },
  {
    id: 'handle-leak',
    does: 'makes handles without end, in a table outside its memory',
    artifact: { component: 'handle-leak' },
    strikes: 'call',
    rule: 'handles',
    end: inCall('GUEST_TRAPPED'),
  },
  {
    id: 'aliasing-lists',
    does: 'returns 16,000 lists that are all the same 900 KB',
    artifact: { component: 'aliasing-lists' },
    strikes: 'call',
    rule: 'lift budget',
    end: inCall('MESSAGE_TOO_LARGE'),
  },
  {
    id: 'aliasing-texts',
    does: 'returns 16,000 texts in the same 900 KB',
    artifact: { component: 'aliasing-texts' },
    strikes: 'call',
    rule: 'lift budget',
    end: inCall('MESSAGE_TOO_LARGE'),
  },
  {
    id: 'aliasing-arguments',
    does: 'logs 8,000 fields in the same 900 KB',
    artifact: { component: 'aliasing-arguments' },
    permissions: ['log'],
    strikes: 'call',
    rule: 'lift budget',
    end: inCall('MESSAGE_TOO_LARGE'),
  },
  {
    id: 'wide-list',
    does: 'returns 600,000 options in 1.2 MB',
    artifact: { component: 'wide-list' },
    strikes: 'call',
    rule: 'lift budget',
    end: inCall('MESSAGE_TOO_LARGE'),
  },
];
