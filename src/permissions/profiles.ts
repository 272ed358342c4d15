import { defaultLimits, type Limits, strictLimits } from './limits.ts';
import { type Policy, parsePattern } from './policy.ts';

interface Profile {
  /** What it is for, in one sentence. */
  readonly purpose: string;
  readonly limits: Limits;
  /** Absent: every kind. */
  readonly allow?: readonly string[];
}

/** Its own files and data, and what no plugin can harm with. */
const harmless = ['log', 'metrics', 'time:read', 'random', 'relay:publish', 'storage:*'];
const looking = ['fs:list', 'fs:metadata', 'fs:read', 'watch'];

/** The policies that come with Signalbox. Each limit is the profile's alone; the lower of profile, manifest and entry binds. */
export const profiles = {
  default: { purpose: 'Whatever is granted, within moderate limits', limits: defaultLimits },
  strict: {
    purpose:
      'Plugins nobody trusts: they look at what is granted and keep data of their own, and reach nobody',
    limits: strictLimits,
    allow: [...harmless, ...looking],
  },
  terminal: {
    purpose:
      'Tools for a person at a terminal: files, network and environment, not the application or other plugins',
    // A person waits longer than a request does.
    limits: { ...defaultLimits, call_deadline_ms: 30_000 },
    allow: [...harmless, ...looking, 'fs:write', 'net:request', 'env:read'],
  },
  observability: {
    purpose: 'Watchers: they read files and fetch, and change nothing outside their own data',
    limits: { ...defaultLimits, publishes_per_second: 10_000, log_lines_per_second: 1_000 },
    allow: [...harmless, ...looking, 'net:request'],
  },
  orchestration: {
    purpose: 'Plugins that drive others: everything that is granted, within wide limits',
    limits: {
      ...defaultLimits,
      memory_bytes: 256 * 1024 * 1024,
      call_deadline_ms: 30_000,
      mailbox_calls: 8_192,
      fs_ops_per_second: 1_000,
      fs_write_bytes: 16 * 1024 ** 3,
      net_ops_per_second: 100,
      net_connections: 50,
      storage_ops_per_second: 1_000,
    },
  },
} as const satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof profiles;

/** A profile as the policy it is. */
export function profilePolicy(name: ProfileName): Policy {
  const { limits, allow }: Profile = profiles[name];
  return { name, limits, layers: allow ? [{ name, allow: allow.map(parsePattern), deny: [] }] : [] };
}

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}
