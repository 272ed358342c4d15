import type { SignalboxError } from '../core/errors.ts';
import { canonicalJson } from '../core/fingerprint.ts';
import { sourceText } from '../core/source-text.ts';
import type { Path } from '../manifest/schema-problem.ts';
import { covers } from '../permissions/allowing.ts';
import type { Lease } from '../permissions/leases.ts';
import { parsePermission } from '../permissions/permission.ts';
import { appendTo, removeFrom } from './edit-text.ts';
import { impliedPermissions } from './entry.ts';
import { leaseText } from './leases.ts';
import { isTable, readToml, type Table, type Value } from './toml.ts';

/** A change of one entry. */
export interface Change {
  /** What the entry should hold afterwards beside what it holds. */
  readonly members: Table;
  readonly write: (text: string, index: number) => string;
}

type Refuse = (reason: string) => SignalboxError;

/** Undefined when the entry reads so already. @throws `PERMISSION_INVALID`, and what `refuse` makes */
export function grantChange(
  entry: Table,
  permissions: readonly string[],
  terms: Omit<Lease, 'permission'> | undefined,
  refuse: Refuse,
): Change | undefined {
  for (const permission of permissions) parsePermission(permission);
  const written = writtenIn(entry, refuse);
  const lasting = [...textsIn(written.permissions), ...impliedBy(written)];
  const added = [...new Set(permissions)].filter((permission) => !lasting.includes(permission));
  if (!terms) {
    if (added.length === 0) return undefined;
    return {
      members: { permissions: [...written.permissions, ...added] },
      write: (text, index) =>
        added.reduce(
          (edited, permission) => appendTo(edited, index, 'permissions', JSON.stringify(permission)),
          text,
        ),
    };
  }
  const [granted] = permissions.filter((permission) => lasting.includes(permission));
  // A lease beside a lasting grant would bound nothing.
  if (granted !== undefined) throw refuse(`"${granted}" is granted without end; revoke that first`);
  const isThere = (lease: Value): boolean =>
    written.leases.some((each) => canonicalJson(each) === canonicalJson(lease));
  const leases = added
    .map((permission) => leaseText({ permission, ...terms }))
    .map((text) => ({ text, value: tomlValueOf(text) }))
    .filter(({ value }) => !isThere(value));
  if (leases.length === 0) return undefined;
  const permissionIn = (lease: Value): Value | undefined =>
    isTable(lease) ? lease['permission'] : undefined;
  const replaced = indexesOf(written.leases, (old) =>
    leases.some(({ value }) => permissionIn(value) === permissionIn(old)),
  );
  return {
    members: { leases: [...without(written.leases, replaced), ...leases.map(({ value }) => value)] },
    write: (text, index) =>
      leases.reduce(
        (edited, lease) => appendTo(edited, index, 'leases', lease.text),
        removeFrom(text, index, ['leases'], replaced),
      ),
  };
}

/** Undefined when nothing of it is granted. @throws `PERMISSION_INVALID`, and what `refuse` makes where it would stay granted */
export function revokeChange(
  entry: Table,
  permissions: readonly string[] | 'all',
  refuse: Refuse,
): Change | undefined {
  const written = writtenIn(entry, refuse);
  const isRevoked = (permission: Value | undefined): boolean =>
    permissions === 'all' || (typeof permission === 'string' && permissions.includes(permission));
  const isWhollyRevoked = (implied: readonly string[]): boolean => implied.every(isRevoked);
  const gone = {
    permissions: indexesOf(written.permissions, isRevoked),
    leases: indexesOf(written.leases, (lease) => isTable(lease) && isRevoked(lease['permission'])),
    channels: indexesOf(written.channels, (channel) =>
      isWhollyRevoked(impliedPermissions({ channels: textsIn([channel]) })),
    ),
    directories: indexesOf(written.directories, (path) =>
      isWhollyRevoked(impliedBy({ channels: [], directories: [path] })),
    ),
  };
  const left: Written = {
    permissions: without(written.permissions, gone.permissions),
    leases: without(written.leases, gone.leases),
    channels: without(written.channels, gone.channels),
    directories: without(written.directories, gone.directories),
  };
  if (permissions !== 'all') {
    for (const permission of permissions) {
      const by = grantOf(left, permission);
      // Seeming to revoke would be worse than not revoking.
      if (by !== undefined) throw refuse(`"${permission}" would still be granted by ${by}`);
    }
  }
  const changed = (Object.keys(gone) as (keyof Written)[]).filter((key) => gone[key].length > 0);
  if (changed.length === 0) return undefined;
  const watch = isTable(entry['watch']) ? entry['watch'] : {};
  const members: Record<string, Value> = {};
  for (const key of changed) {
    if (key === 'directories') members['watch'] = { ...watch, directories: left.directories };
    else members[key] = left[key];
  }
  return {
    members,
    write: (text, index) =>
      changed.reduce((edited, key) => removeFrom(edited, index, placeOf[key], gone[key]), text),
  };
}

/** The arrays of an entry that grant. */
interface Written {
  readonly permissions: readonly Value[];
  readonly leases: readonly Value[];
  readonly channels: readonly Value[];
  readonly directories: readonly Value[];
}

const placeOf: Readonly<Record<keyof Written, Path>> = {
  permissions: ['permissions'],
  leases: ['leases'],
  channels: ['channels'],
  directories: ['watch', 'directories'],
};

function writtenIn(entry: Table, refuse: Refuse): Written {
  const { permissions = [], leases = [], channels = [], watch = {} } = entry;
  const { directories = [] } = isTable(watch) ? watch : {};
  if (!Array.isArray(permissions)) throw refuse('its "permissions" are not an array');
  if (!Array.isArray(leases)) throw refuse('its "leases" are not an array');
  return {
    permissions,
    leases,
    channels: Array.isArray(channels) ? channels : [],
    directories: Array.isArray(directories) ? directories : [],
  };
}

function impliedBy({ channels, directories }: Pick<Written, 'channels' | 'directories'>): readonly string[] {
  return impliedPermissions({
    channels: textsIn(channels),
    watch: { directories: textsIn(directories).map((path) => path.trim()) },
  });
}

/** What else grants a permission, for people. */
function grantOf(written: Written, permission: string): string | undefined {
  const needed = parsePermission(permission);
  const isCovering = (text: string): boolean => covers(parsePermission(text), needed);
  const lasting = textsIn(written.permissions).find(isCovering);
  if (lasting !== undefined) return `"${lasting}"`;
  if (impliedBy(written).some(isCovering)) return 'its "channels" or "watch.directories"';
  const lease = written.leases.find((each) => isTable(each) && isCovering(String(each['permission'])));
  return lease === undefined ? undefined : 'a lease';
}

function textsIn(values: readonly Value[]): readonly string[] {
  return values.filter((element) => typeof element === 'string');
}

function indexesOf(values: readonly Value[], isMeant: (value: Value) => boolean): readonly number[] {
  return values.flatMap((value, index) => (isMeant(value) ? [index] : []));
}

function without(values: readonly Value[], gone: readonly number[]): readonly Value[] {
  return values.filter((_, index) => !gone.includes(index));
}

/** What a value written so reads as. */
function tomlValueOf(text: string): Value {
  return readToml(sourceText(`value = ${text}`, ''))['value'] ?? '';
}
